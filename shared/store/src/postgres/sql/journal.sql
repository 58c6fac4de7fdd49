-- $1 plant, $2 epoch, $3 transaction and $4 seq of the last event that was read, $5 rows. It stops below the oldest transaction
-- that is open, so that what commits late is never skipped.
SELECT coalesce(jsonb_agg(jsonb_build_object('place', jsonb_build_array(e.epoch, e.xid::text, e.seq), 'row', jsonb_build_object(
    'seq', e.seq, 'id', e.id, 'type', e.type, 'source', e.source, 'subject', e.subject, 'time_ms', e.time_ms, 'data', e.data))
    ORDER BY e.epoch, e.xid, e.seq), '[]')::text
FROM (SELECT * FROM event
    WHERE plant = $1::bigint AND (epoch, xid, seq) > ($2::bigint, $3::text::xid8, $4::bigint)
        AND (epoch < (SELECT s.epoch FROM takt_schema AS s) OR xid < pg_snapshot_xmin(pg_current_snapshot()))
    ORDER BY epoch, xid, seq LIMIT $5::bigint) AS e
