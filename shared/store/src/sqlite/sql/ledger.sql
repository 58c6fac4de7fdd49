-- ?1 plant, ?2 seq of the first row at the least, ?3 seq of the last one, ?4 rows.
SELECT json_group_array(json_object('place', CAST(p.seq AS TEXT), 'row', json_object('seq', p.seq, 'id', p.id,
    'movement', p.movement, 'kind', p.kind, 'item', p.item, 'lot', p.lot,
    'from', json_object('location', p.from_location, 'order', p.from_order,
        'bounded', json(iif(p.from_bounded, 'true', 'false'))),
    'to', json_object('location', p.to_location, 'order', p.to_order, 'bounded', json(iif(p.to_bounded, 'true', 'false'))),
    'quantity', p.quantity, 'from_after', p.from_after, 'to_after', p.to_after, 'order', p.order_id,
    'operation', p.operation, 'document', p.document, 'reason', p.reason, 'user', p.user, 'device', p.device,
    'source', p.source, 'occurred_ms', p.occurred_ms, 'booked_ms', p.booked_ms, 'reverses', p.reverses)))
FROM (SELECT * FROM posting INDEXED BY posting_by_plant WHERE plant = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4) AS p
