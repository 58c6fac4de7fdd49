-- ?1 the query as JSON, ?2 the place of the row before the page as a JSON array, ?3 rows. CROSS JOIN: each period is a range
-- of the primary key.
SELECT json_group_array(json_object('from_ms', g.from_ms, 'to_ms', g.to_ms, 'shift_date', g.shift_date, 'shift', g.shift,
    'line', g.line, 'item', g.item, 'scale', g.scale, 'operator', g.operator, 'order', g.order_id, 'operation', g.operation,
    'label', g.label, 'good', g.good, 'scrap', g.scrap, 'rework', g.rework, 'seconds', g.seconds, 'count', g.count))
FROM (
    SELECT a.*
    FROM (
        SELECT p.value ->> 0 AS from_ms, p.value ->> 1 AS to_ms,
            iif(b.shift, r.shift_date, '') AS shift_date, iif(b.shift, r.shift, '') AS shift,
            iif(b.line, r.line, '') AS line,
            iif(b.item, r.item, '') AS item, iif(b.item, r.scale, 0) AS scale,
            iif(b.operator, r.operator, '') AS operator,
            iif(b.ordered, r.order_id, '') AS order_id,
            iif(b.operation, r.operation, 0) AS operation,
            iif(b.label, r.label, '') AS label,
            sum(r.good) AS good, sum(r.scrap) AS scrap, sum(r.rework) AS rework, sum(r.seconds) AS seconds, sum(r.count) AS count
        FROM (SELECT coalesce(max(e.value = 'shift'), 0) AS shift, coalesce(max(e.value = 'line'), 0) AS line,
                coalesce(max(e.value = 'item'), 0) AS item, coalesce(max(e.value = 'operator'), 0) AS operator,
                coalesce(max(e.value = 'order'), 0) AS ordered, coalesce(max(e.value = 'operation'), 0) AS operation,
                coalesce(max(e.value = 'label'), 0) AS label
            FROM json_each(?1, '$.by') AS e) AS b
        CROSS JOIN json_each(?1, '$.series') AS s
        CROSS JOIN json_each(?1, '$.periods') AS p
        CROSS JOIN rollup AS r ON r.plant = ?1 ->> '$.plant' AND r.generation = ?1 ->> '$.generation' AND r.series = s.value
            AND r.bucket_ms >= p.value ->> 0 AND r.bucket_ms < p.value ->> 1
        WHERE (?1 ->> '$.shift' IS NULL OR r.shift = ?1 ->> '$.shift')
            AND (?1 ->> '$.line' IS NULL OR r.line = ?1 ->> '$.line')
            AND (?1 ->> '$.item' IS NULL OR r.item = ?1 ->> '$.item')
            AND (?1 ->> '$.operator' IS NULL OR r.operator = ?1 ->> '$.operator')
            AND (?1 ->> '$.order' IS NULL OR r.order_id = ?1 ->> '$.order')
            AND (?1 ->> '$.operation' IS NULL OR r.operation = ?1 ->> '$.operation')
            AND (?1 ->> '$.label' IS NULL OR r.label = ?1 ->> '$.label')
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ) AS a
    WHERE (a.good <> 0 OR a.scrap <> 0 OR a.rework <> 0 OR a.seconds <> 0 OR a.count <> 0)
        AND (?2 IS NULL
            OR (a.from_ms, a.shift_date, a.shift, a.line, a.item, a.scale, a.operator, a.order_id, a.operation, a.label)
                > (?2 ->> 0, ?2 ->> 1, ?2 ->> 2, ?2 ->> 3, ?2 ->> 4, ?2 ->> 5, ?2 ->> 6, ?2 ->> 7, ?2 ->> 8, ?2 ->> 9))
    ORDER BY a.from_ms, a.shift_date, a.shift, a.line, a.item, a.scale, a.operator, a.order_id, a.operation, a.label
    LIMIT ?3
) AS g
