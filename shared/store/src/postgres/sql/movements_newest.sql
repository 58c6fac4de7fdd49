-- $1 plant, $2 item, $3 location, $4 lot, $5 order, $6 movement, $7 kinds, $8 from and $9 to moment, $10 epoch, $11
-- transaction and $12 seq of the row before the page, $13 rows.
-- The newest are shown as soon as they are booked.
SELECT coalesce(jsonb_agg(jsonb_build_object('place', jsonb_build_array(r.epoch, r.xid::text, r.seq), 'row', jsonb_build_object(
    'seq', r.seq, 'id', r.id, 'movement', r.movement, 'kind', r.kind, 'item', r.item, 'lot', r.lot,
    'from', jsonb_build_object('location', r.from_location, 'order', r.from_order, 'bounded', r.from_bounded),
    'to', jsonb_build_object('location', r.to_location, 'order', r.to_order, 'bounded', r.to_bounded),
    'quantity', r.quantity, 'from_after', r.from_after, 'to_after', r.to_after, 'order', r.order_id,
    'operation', r.operation, 'document', r.document, 'reason', r.reason, 'user', r.user_id, 'device', r.device,
    'source', r.source, 'occurred_ms', r.occurred_ms, 'booked_ms', r.booked_ms, 'reverses', r.reverses,
    'reversed_by', (SELECT v.id FROM posting AS v WHERE v.plant = $1::bigint AND v.reverses = r.id)))
    ORDER BY r.epoch DESC, r.xid DESC, r.seq DESC), '[]')::text
FROM (
    SELECT p.* FROM posting AS p
    WHERE p.plant = $1::bigint
        AND ($2::text IS NULL OR p.item = $2::text)
        AND ($3::text IS NULL OR p.from_location = $3::text OR p.to_location = $3::text)
        AND ($4::text IS NULL OR p.lot = $4::text)
        AND ($5::text IS NULL OR p.order_id = $5::text)
        AND ($6::text IS NULL OR p.movement = $6::text)
        AND ($7::text = '[]' OR p.kind IN (SELECT k FROM jsonb_array_elements_text($7::text::jsonb) AS k))
        AND ($8::text IS NULL OR p.occurred_ms >= $8::text::bigint)
        AND ($9::text IS NULL OR p.occurred_ms < $9::text::bigint)
        AND (p.epoch, p.xid, p.seq) < ($10::bigint, $11::text::xid8, $12::bigint)
    ORDER BY p.epoch DESC, p.xid DESC, p.seq DESC LIMIT $13::bigint
) AS r
