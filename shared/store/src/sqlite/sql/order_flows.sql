-- ?1 plant, ?2 orders, ?3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity is below zero.
WITH touched AS MATERIALIZED (
    SELECT p.order_id, p.item, p.lot, iif(p.reverses IS NULL, p.from_location, p.to_location) AS source,
        iif(p.reverses IS NULL, p.to_location, p.from_location) AS target,
        iif(p.reverses IS NULL, p.quantity, -p.quantity) AS quantity
    FROM (SELECT DISTINCT value AS order_id FROM json_each(?2)) AS w
        CROSS JOIN posting AS p INDEXED BY posting_by_order ON p.plant = ?1 AND p.order_id = w.order_id
    WHERE (substr(p.from_location, 1, 1) = '@' OR substr(p.to_location, 1, 1) = '@')
        AND NOT (p.from_location IN ('@production', '@supplier') AND p.to_location IN ('@production', '@supplier'))
    UNION ALL
    SELECT c.order_id, c.item, c.lot, c.source, c.target, c.quantity
    FROM (SELECT DISTINCT value AS order_id FROM json_each(?2)) AS w
        CROSS JOIN carried_flow AS c ON c.plant = ?1 AND c.order_id = w.order_id
    WHERE NOT (c.source IN ('@production', '@supplier') AND c.target IN ('@production', '@supplier'))
),
leg AS (
    SELECT order_id, item, lot, target AS place, 'in' AS way, quantity FROM touched WHERE substr(target, 1, 1) = '@'
    UNION ALL
    SELECT order_id, item, lot, source, 'out', quantity FROM touched WHERE substr(source, 1, 1) = '@'
)
SELECT json_group_array(json_object('order', f.order_id, 'item', f.item, 'lot', f.lot, 'place', f.place, 'way', f.way, 'quantity', f.quantity))
FROM (SELECT order_id, item, lot, place, way, sum(quantity) AS quantity
    FROM leg GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY 1, 2, 3, 4, 5 LIMIT ?3) AS f
