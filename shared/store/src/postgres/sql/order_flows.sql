-- $1 plant, $2 orders, $3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity is below zero.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT w COLLATE "C" AS order_id FROM jsonb_array_elements_text($2::text::jsonb) AS w
),
touched AS MATERIALIZED (
    SELECT p.order_id, p.item, p.lot, CASE WHEN p.reverses IS NULL THEN p.from_location ELSE p.to_location END AS source,
        CASE WHEN p.reverses IS NULL THEN p.to_location ELSE p.from_location END AS target,
        CASE WHEN p.reverses IS NULL THEN p.quantity ELSE -p.quantity END AS quantity
    FROM wanted AS w JOIN posting AS p ON p.plant = $1::bigint AND p.order_id = w.order_id
    WHERE (p.from_location = '@production' AND p.to_location <> '@supplier')
        OR (p.to_location = '@production' AND p.from_location <> '@supplier')
)
SELECT coalesce(jsonb_agg(jsonb_build_object('order', f.order_id, 'item', f.item, 'lot', f.lot, 'way', f.way, 'quantity', f.quantity)
    ORDER BY f.order_id, f.item, f.lot, f.way), '[]')::text
FROM (SELECT order_id, item, lot, CASE WHEN target = '@production' THEN 'in' ELSE 'out' END COLLATE "C" AS way, sum(quantity)::bigint AS quantity
    FROM touched GROUP BY 1, 2, 3, 4 HAVING sum(quantity) <> 0 ORDER BY 1, 2, 3, 4 LIMIT $3::bigint) AS f
