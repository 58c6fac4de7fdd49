-- $1 plant, $2 orders, $3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity is below zero.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT w COLLATE "C" AS order_id FROM jsonb_array_elements_text($2::text::jsonb) AS w
),
touched AS MATERIALIZED (
    SELECT p.order_id, p.item, p.lot, CASE WHEN p.reverses IS NULL THEN p.from_location ELSE p.to_location END AS source,
        CASE WHEN p.reverses IS NULL THEN p.to_location ELSE p.from_location END AS target,
        CASE WHEN p.reverses IS NULL THEN p.quantity ELSE -p.quantity END AS quantity
    FROM wanted AS w JOIN posting AS p ON p.plant = $1::bigint AND p.order_id = w.order_id
    WHERE (left(p.from_location, 1) = '@' OR left(p.to_location, 1) = '@')
        AND NOT (p.from_location IN ('@production', '@supplier') AND p.to_location IN ('@production', '@supplier'))
    UNION ALL
    SELECT c.order_id, c.item, c.lot, c.source, c.target, c.quantity
    FROM wanted AS w JOIN carried_flow AS c ON c.plant = $1::bigint AND c.order_id = w.order_id
    WHERE NOT (c.source IN ('@production', '@supplier') AND c.target IN ('@production', '@supplier'))
),
leg AS (
    SELECT order_id, item, lot, target AS place, 'in' COLLATE "C" AS way, quantity FROM touched WHERE left(target, 1) = '@'
    UNION ALL
    SELECT order_id, item, lot, source, 'out' COLLATE "C", quantity FROM touched WHERE left(source, 1) = '@'
)
SELECT coalesce(jsonb_agg(jsonb_build_object('order', f.order_id, 'item', f.item, 'lot', f.lot, 'place', f.place, 'way', f.way,
    'quantity', f.quantity) ORDER BY f.order_id, f.item, f.lot, f.place, f.way), '[]')::text
FROM (SELECT order_id, item, lot, place COLLATE "C" AS place, way, sum(quantity)::bigint AS quantity
    FROM leg GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY 1, 2, 3, 4, 5 LIMIT $3::bigint) AS f
