-- ?1 the query as JSON, ?2 rows. An order's seconds are added up first; median and p90 are those of the orders, by nearest rank.
WITH per_order AS (
    SELECT p.value ->> 0 AS from_ms, p.value ->> 1 AS to_ms,
        iif(b.line, r.line, '') AS line, iif(b.item, r.item, '') AS item, iif(b.label, r.label, '') AS label,
        r.order_id AS order_id, sum(r.seconds) AS seconds, sum(r.count) AS times
    FROM (SELECT coalesce(max(e.value = 'line'), 0) AS line, coalesce(max(e.value = 'item'), 0) AS item,
            coalesce(max(e.value = 'label'), 0) AS label
        FROM json_each(?1, '$.by') AS e) AS b
    CROSS JOIN json_each(?1, '$.series') AS s
    CROSS JOIN json_each(?1, '$.periods') AS p
    CROSS JOIN rollup AS r ON r.plant = ?1 ->> '$.plant' AND r.generation = ?1 ->> '$.generation' AND r.series = s.value
        AND r.bucket_ms >= p.value ->> 0 AND r.bucket_ms < p.value ->> 1
    WHERE (?1 ->> '$.line' IS NULL OR r.line = ?1 ->> '$.line')
        AND (?1 ->> '$.item' IS NULL OR r.item = ?1 ->> '$.item')
        AND (?1 ->> '$.order' IS NULL OR r.order_id = ?1 ->> '$.order')
        AND (?1 ->> '$.label' IS NULL OR r.label = ?1 ->> '$.label')
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(r.count) > 0
),
ranked AS (
    SELECT o.*, count(*) OVER (PARTITION BY o.from_ms, o.to_ms, o.line, o.item, o.label) AS orders,
        row_number() OVER (PARTITION BY o.from_ms, o.to_ms, o.line, o.item, o.label ORDER BY o.seconds, o.order_id) AS place
    FROM per_order AS o
)
SELECT json_group_array(json_object('from_ms', g.from_ms, 'to_ms', g.to_ms, 'line', g.line, 'item', g.item, 'label', g.label,
    'orders', g.orders, 'times', g.times, 'total_s', g.total_s, 'median_s', g.median_s, 'p90_s', g.p90_s,
    'longest_s', g.longest_s))
FROM (
    SELECT r.from_ms, r.to_ms, r.line, r.item, r.label, count(*) AS orders, sum(r.times) AS times, sum(r.seconds) AS total_s,
        max(iif(r.place = (r.orders + 1) / 2, r.seconds, 0)) AS median_s,
        max(iif(r.place = (9 * r.orders + 9) / 10, r.seconds, 0)) AS p90_s,
        max(r.seconds) AS longest_s
    FROM ranked AS r
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 3, 4, 5
    LIMIT ?2
) AS g
