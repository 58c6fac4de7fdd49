-- $1 plant, $2 epoch, $3 transaction and $4 seq of the first row at the least, $5, $6 and $7 those of the last one, $8 rows. It stops
-- below the oldest transaction that is open, so that nothing comes in later before a row that was read.
SELECT coalesce(jsonb_agg(jsonb_build_object('place', p.epoch || '.' || p.xid::text || '.' || p.seq, 'row', jsonb_build_object(
    'seq', p.seq, 'id', p.id, 'movement', p.movement, 'kind', p.kind, 'item', p.item, 'lot', p.lot,
    'from', jsonb_build_object('location', p.from_location, 'order', p.from_order, 'bounded', p.from_bounded),
    'to', jsonb_build_object('location', p.to_location, 'order', p.to_order, 'bounded', p.to_bounded),
    'quantity', p.quantity, 'from_after', p.from_after, 'to_after', p.to_after, 'order', p.order_id,
    'operation', p.operation, 'document', p.document, 'reason', p.reason, 'user', p.user_id, 'device', p.device,
    'source', p.source, 'occurred_ms', p.occurred_ms, 'booked_ms', p.booked_ms, 'reverses', p.reverses))
    ORDER BY p.epoch, p.xid, p.seq), '[]')::text
FROM (SELECT * FROM posting
    WHERE plant = $1::bigint AND (epoch, xid, seq) >= ($2::bigint, $3::text::xid8, $4::bigint)
        AND (epoch, xid, seq) <= ($5::bigint, $6::text::xid8, $7::bigint)
        AND (epoch < (SELECT s.epoch FROM takt_schema AS s) OR xid < pg_snapshot_xmin(pg_current_snapshot()))
    ORDER BY epoch, xid, seq LIMIT $8::bigint) AS p
