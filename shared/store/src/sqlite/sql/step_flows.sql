-- ?1 plant, ?2 orders, ?3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity is below zero.
WITH touched AS MATERIALIZED (
    SELECT p.order_id, iif(p.reverses IS NULL, p.from_location, p.to_location) AS source,
        iif(p.reverses IS NULL, p.from_order, p.to_order) = p.order_id AS source_held,
        iif(p.reverses IS NULL, p.to_location, p.from_location) AS target,
        iif(p.reverses IS NULL, p.to_order, p.from_order) = p.order_id AS target_held,
        iif(p.reverses IS NULL, p.quantity, -p.quantity) AS quantity
    FROM (SELECT DISTINCT value AS order_id FROM json_each(?2)) AS w
        CROSS JOIN posting AS p INDEXED BY posting_by_order ON p.plant = ?1 AND p.order_id = w.order_id
    WHERE '@shortage' NOT IN (p.from_location, p.to_location)
)
SELECT json_group_array(json_object('order', f.order_id, 'from', f.source, 'from_held', json(iif(f.source_held, 'true', 'false')),
    'to', f.target, 'to_held', json(iif(f.target_held, 'true', 'false')), 'quantity', f.quantity))
FROM (SELECT order_id, source, source_held, target, target_held, sum(quantity) AS quantity
    FROM touched GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY 1, 2, 3, 4, 5 LIMIT ?3) AS f
