-- $1 plant, $2 movement
SELECT coalesce(jsonb_agg(jsonb_build_object(
    'seq', r.seq, 'id', r.id, 'movement', r.movement, 'kind', r.kind, 'item', r.item, 'lot', r.lot,
    'from', jsonb_build_object('location', r.from_location, 'order', r.from_order, 'bounded', r.from_bounded),
    'to', jsonb_build_object('location', r.to_location, 'order', r.to_order, 'bounded', r.to_bounded),
    'quantity', r.quantity, 'from_after', r.from_after, 'to_after', r.to_after, 'order', r.order_id,
    'operation', r.operation, 'document', r.document, 'reason', r.reason, 'user', r.user_id, 'device', r.device,
    'source', r.source, 'occurred_ms', r.occurred_ms, 'booked_ms', r.booked_ms, 'reverses', r.reverses,
    'reversed_by', (SELECT v.id FROM posting AS v WHERE v.plant = $1::bigint AND v.reverses = r.id)) ORDER BY r.seq), '[]')::text
FROM posting AS r WHERE r.plant = $1::bigint AND r.movement = $2::text
