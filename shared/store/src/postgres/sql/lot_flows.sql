-- $1 plant, $2 item and lot of each, $3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity
-- is below zero. Lots that pass through @lots in one movement are joined with each other: of what one gave and another took,
-- the smaller went from one to the other. Where the place is empty: what is left in the plant's own places.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT (w ->> 0) COLLATE "C" AS item, (w ->> 1) COLLATE "C" AS lot FROM jsonb_array_elements($2::text::jsonb) AS w
),
touched AS MATERIALIZED (
    SELECT p.item, p.lot, p.movement, coalesce(p.order_id, '') AS order_id, coalesce(p.document, '') AS document,
        CASE WHEN p.reverses IS NULL THEN p.from_location ELSE p.to_location END AS source,
        CASE WHEN p.reverses IS NULL THEN p.to_location ELSE p.from_location END AS target,
        CASE WHEN p.reverses IS NULL THEN p.quantity ELSE -p.quantity END AS quantity
    FROM wanted AS w JOIN posting AS p ON p.plant = $1::bigint AND p.item = w.item AND p.lot = w.lot AND p.lot <> ''
    WHERE left(p.from_location, 1) = '@' OR left(p.to_location, 1) = '@'
    UNION ALL
    SELECT c.item, c.lot, '', c.order_id, c.document, c.source, c.target, c.quantity
    FROM wanted AS w JOIN carried_flow AS c ON c.plant = $1::bigint AND c.item = w.item AND c.lot = w.lot AND c.lot <> ''
),
leg AS MATERIALIZED (
    SELECT item, lot, 'in' AS way, source AS place, order_id, document, movement, quantity FROM touched
    WHERE left(source, 1) = '@'
    UNION ALL
    SELECT item, lot, 'out', target, order_id, document, movement, quantity FROM touched WHERE left(target, 1) = '@'
),
plain AS (
    SELECT item, lot, way, place, CASE WHEN place IN ('@production', '@supplier', '@customer') THEN order_id ELSE '' END AS order_id,
        CASE WHEN place IN ('@supplier', '@customer') THEN document ELSE '' END AS document, '' AS other_item, '' AS other_lot,
        sum(quantity)::bigint AS quantity
    FROM leg WHERE place <> '@lots' GROUP BY 1, 2, 3, 4, 5, 6
),
here AS (
    SELECT item, lot, 'out' AS way, '' AS place, '' AS order_id, '' AS document, '' AS other_item, '' AS other_lot,
        sum(CASE WHEN way = 'in' THEN quantity ELSE -quantity END)::bigint AS quantity
    FROM leg GROUP BY 1, 2
),
crossing AS MATERIALIZED (
    SELECT p.movement, p.item, p.lot, CASE WHEN (p.to_location = '@lots') = (p.reverses IS NULL) THEN 'out' ELSE 'in' END AS way,
        CASE WHEN p.reverses IS NULL THEN 1 ELSE -1 END AS sign, sum(p.quantity)::bigint AS quantity
    FROM (SELECT DISTINCT movement FROM leg WHERE place = '@lots') AS m
        JOIN posting AS p ON p.plant = $1::bigint AND p.movement = m.movement
    WHERE p.from_location = '@lots' OR p.to_location = '@lots'
    GROUP BY 1, 2, 3, 4, 5
),
mixed AS (
    SELECT a.item, a.lot, a.way, '@lots', '', '', b.item AS other_item, b.lot AS other_lot,
        sum(least(a.quantity, b.quantity) * a.sign)::bigint AS quantity
    FROM crossing AS a JOIN wanted AS w ON w.item = a.item AND w.lot = a.lot
        JOIN crossing AS b ON b.movement = a.movement AND b.sign = a.sign AND b.way <> a.way
    WHERE b.item <> a.item OR b.lot <> a.lot
    GROUP BY 1, 2, 3, 7, 8
)
SELECT coalesce(jsonb_agg(jsonb_build_object('item', f.item, 'lot', f.lot, 'way', f.way, 'place', f.place, 'order', f.order_id,
    'document', f.document, 'other_item', f.other_item, 'other_lot', f.other_lot, 'quantity', f.quantity) ORDER BY f.n), '[]')::text
FROM (
    SELECT u.*, row_number() OVER (ORDER BY item, lot, way COLLATE "C", place COLLATE "C", order_id COLLATE "C", document COLLATE "C",
        other_item COLLATE "C", other_lot COLLATE "C") AS n
    FROM (SELECT * FROM plain UNION ALL SELECT * FROM here UNION ALL SELECT * FROM mixed) AS u WHERE u.quantity <> 0 ORDER BY n LIMIT $3::bigint
) AS f
