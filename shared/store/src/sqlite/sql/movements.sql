-- ?1 plant, ?2 item, ?3 location, ?4 lot, ?5 order, ?6 movement, ?7 kinds, ?8 from and ?9 to moment, ?10 seq of the row
-- before the page, ?11 rows. Lines that start with a name are switched on when the filter is led by that.
SELECT json_group_array(json_object('seq', r.seq, 'id', r.id, 'movement', r.movement, 'kind', r.kind, 'item', r.item,
    'lot', r.lot,
    'from', json_object('location', r.from_location, 'order', r.from_order,
        'bounded', json(iif(r.from_bounded, 'true', 'false'))),
    'to', json_object('location', r.to_location, 'order', r.to_order, 'bounded', json(iif(r.to_bounded, 'true', 'false'))),
    'quantity', r.quantity, 'from_after', r.from_after, 'to_after', r.to_after, 'order', r.order_id,
    'operation', r.operation, 'document', r.document, 'reason', r.reason, 'user', r.user, 'device', r.device,
    'source', r.source, 'occurred_ms', r.occurred_ms, 'booked_ms', r.booked_ms, 'reverses', r.reverses,
    'reversed_by', (SELECT v.id FROM posting AS v WHERE v.plant = ?1 AND v.reverses = r.id)))
FROM (
    SELECT p.*
    --any: FROM posting AS p INDEXED BY posting_by_plant WHERE p.plant = ?1
    --item: FROM posting AS p INDEXED BY posting_by_item WHERE p.plant = ?1 AND p.item = ?2
    --order: FROM posting AS p INDEXED BY posting_by_order WHERE p.plant = ?1 AND p.order_id = ?5
    --movement: FROM posting AS p INDEXED BY posting_by_movement WHERE p.plant = ?1 AND p.movement = ?6
        AND (?2 IS NULL OR p.item = ?2)
        AND (?3 IS NULL OR p.from_location = ?3 OR p.to_location = ?3)
        AND (?4 IS NULL OR p.lot = ?4)
        AND (?5 IS NULL OR p.order_id = ?5)
        AND (?6 IS NULL OR p.movement = ?6)
        AND (?7 = '[]' OR p.kind IN (SELECT k.value FROM json_each(?7) AS k))
        AND (?8 IS NULL OR p.occurred_ms >= ?8)
        AND (?9 IS NULL OR p.occurred_ms < ?9)
    --newest: AND p.seq < ?10 ORDER BY p.seq DESC
    --oldest: AND p.seq > ?10 ORDER BY p.seq
    LIMIT ?11
) AS r
