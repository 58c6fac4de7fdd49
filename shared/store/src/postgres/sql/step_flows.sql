-- $1 plant, $2 orders, $3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity is below zero.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT w COLLATE "C" AS order_id FROM jsonb_array_elements_text($2::text::jsonb) AS w
),
touched AS MATERIALIZED (
    SELECT p.order_id, CASE WHEN p.reverses IS NULL THEN p.from_location ELSE p.to_location END AS source,
        CASE WHEN p.reverses IS NULL THEN p.from_order ELSE p.to_order END = p.order_id AS source_held,
        CASE WHEN p.reverses IS NULL THEN p.to_location ELSE p.from_location END AS target,
        CASE WHEN p.reverses IS NULL THEN p.to_order ELSE p.from_order END = p.order_id AS target_held,
        CASE WHEN p.reverses IS NULL THEN p.quantity ELSE -p.quantity END AS quantity
    FROM wanted AS w JOIN posting AS p ON p.plant = $1::bigint AND p.order_id = w.order_id
    WHERE '@shortage' NOT IN (p.from_location, p.to_location)
)
SELECT coalesce(jsonb_agg(jsonb_build_object('order', f.order_id, 'from', f.source, 'from_held', f.source_held,
    'to', f.target, 'to_held', f.target_held, 'quantity', f.quantity)
    ORDER BY f.order_id, f.source, f.source_held, f.target, f.target_held), '[]')::text
FROM (SELECT order_id, source COLLATE "C" AS source, source_held, target COLLATE "C" AS target, target_held, sum(quantity)::bigint AS quantity
    FROM touched GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY 1, 2, 3, 4, 5 LIMIT $3::bigint) AS f
