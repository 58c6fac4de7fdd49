-- ?1 plant, ?2 items, ?3 location, ?4 lot, ?5 order, ?6 item, ?7 location, ?8 lot and ?9 order of the row before the page,
-- ?10 rows. Lines that start with a name are switched on when the filter is led by that.
SELECT json_group_array(json_object('item', r.item, 'location', r.location, 'lot', r.lot, 'order', r.order_id,
    'quantity', r.quantity, 'bounded', json(iif(r.bounded, 'true', 'false')), 'version', r.version))
FROM (
    SELECT b.*
    --any: FROM balance AS b
    --items: FROM (SELECT DISTINCT value FROM json_each(?2)) AS i CROSS JOIN balance AS b
    --itemsnonzero: FROM (SELECT DISTINCT value FROM json_each(?2)) AS i CROSS JOIN balance AS b INDEXED BY balance_not_zero
    --location: FROM balance AS b INDEXED BY balance_by_location
    --order: FROM balance AS b INDEXED BY balance_held
    WHERE b.plant = ?1 AND (b.item, b.location, b.lot, b.order_id) > (?6, ?7, ?8, ?9)
    --items: AND b.item = i.value
    --itemsnonzero: AND b.item = i.value AND b.quantity <> 0
    --location: AND b.location = ?3 AND b.quantity <> 0
    --order: AND b.order_id = ?5 AND b.order_id <> '' AND b.quantity <> 0
    --nonzero: AND b.quantity <> 0
        AND (?3 IS NULL OR b.location = ?3)
        AND (?4 IS NULL OR b.lot = ?4)
        AND (?5 IS NULL OR b.order_id = ?5)
        AND (?2 = '[]' OR b.item IN (SELECT j.value FROM json_each(?2) AS j))
    ORDER BY b.item, b.location, b.lot, b.order_id LIMIT ?10
) AS r
