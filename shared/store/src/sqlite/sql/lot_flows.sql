-- ?1 plant, ?2 item and lot of each, ?3 rows. A reversal counts against what it takes back: its ends are swapped, its quantity
-- is below zero. Lots that pass through @lots in one movement are joined with each other: of what one gave and another took,
-- the smaller went from one to the other. Where the place is empty: what is left in the plant's own places.
WITH wanted AS MATERIALIZED (SELECT DISTINCT w.value ->> 0 AS item, w.value ->> 1 AS lot FROM json_each(?2) AS w),
touched AS MATERIALIZED (
    SELECT p.item, p.lot, p.movement, coalesce(p.order_id, '') AS order_id, coalesce(p.document, '') AS document,
        iif(p.reverses IS NULL, p.from_location, p.to_location) AS source,
        iif(p.reverses IS NULL, p.to_location, p.from_location) AS target,
        iif(p.reverses IS NULL, p.quantity, -p.quantity) AS quantity
    FROM wanted AS w CROSS JOIN posting AS p INDEXED BY posting_by_lot
        ON p.plant = ?1 AND p.item = w.item AND p.lot = w.lot AND p.lot <> ''
    WHERE substr(p.from_location, 1, 1) = '@' OR substr(p.to_location, 1, 1) = '@'
    UNION ALL
    SELECT c.item, c.lot, '', c.order_id, c.document, c.source, c.target, c.quantity
    FROM wanted AS w CROSS JOIN carried_flow AS c INDEXED BY carried_flow_by_lot
        ON c.plant = ?1 AND c.item = w.item AND c.lot = w.lot AND c.lot <> ''
),
leg AS MATERIALIZED (
    SELECT item, lot, 'in' AS way, source AS place, order_id, document, movement, quantity FROM touched
    WHERE substr(source, 1, 1) = '@'
    UNION ALL
    SELECT item, lot, 'out', target, order_id, document, movement, quantity FROM touched WHERE substr(target, 1, 1) = '@'
),
plain AS (
    SELECT item, lot, way, place, iif(place IN ('@production', '@supplier', '@customer'), order_id, '') AS order_id,
        iif(place IN ('@supplier', '@customer'), document, '') AS document, '' AS other_item, '' AS other_lot,
        sum(quantity) AS quantity
    FROM leg WHERE place <> '@lots' GROUP BY 1, 2, 3, 4, 5, 6
),
here AS (
    SELECT item, lot, 'out' AS way, '' AS place, '' AS order_id, '' AS document, '' AS other_item, '' AS other_lot,
        sum(iif(way = 'in', quantity, -quantity)) AS quantity
    FROM leg GROUP BY 1, 2
),
crossing AS MATERIALIZED (
    SELECT p.movement, p.item, p.lot, iif((p.to_location = '@lots') = (p.reverses IS NULL), 'out', 'in') AS way,
        iif(p.reverses IS NULL, 1, -1) AS sign, sum(p.quantity) AS quantity
    FROM (SELECT DISTINCT movement FROM leg WHERE place = '@lots') AS m
        CROSS JOIN posting AS p INDEXED BY posting_by_movement ON p.plant = ?1 AND p.movement = m.movement
    WHERE p.from_location = '@lots' OR p.to_location = '@lots'
    GROUP BY 1, 2, 3, 4, 5
),
mixed AS (
    SELECT a.item, a.lot, a.way, '@lots', '', '', b.item AS other_item, b.lot AS other_lot,
        sum(min(a.quantity, b.quantity) * a.sign) AS quantity
    FROM crossing AS a JOIN wanted AS w ON w.item = a.item AND w.lot = a.lot
        JOIN crossing AS b ON b.movement = a.movement AND b.sign = a.sign AND b.way <> a.way
    WHERE b.item <> a.item OR b.lot <> a.lot
    GROUP BY 1, 2, 3, 7, 8
)
SELECT json_group_array(json_object('item', f.item, 'lot', f.lot, 'way', f.way, 'place', f.place, 'order', f.order_id,
    'document', f.document, 'other_item', f.other_item, 'other_lot', f.other_lot, 'quantity', f.quantity))
FROM (SELECT * FROM (SELECT * FROM plain UNION ALL SELECT * FROM here UNION ALL SELECT * FROM mixed) WHERE quantity <> 0
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8 LIMIT ?3) AS f
