-- $1 the query as JSON, $2 the place of the row before the page as a JSON array, $3 rows.
WITH given AS (SELECT $1::text::jsonb AS q, $2::text::jsonb AS after)
SELECT coalesce(jsonb_agg(jsonb_build_object('from_ms', g.from_ms, 'to_ms', g.to_ms, 'shift_date', g.shift_date, 'shift', g.shift,
    'line', g.line, 'item', g.item, 'scale', g.scale, 'operator', g.operator, 'order', g.order_id, 'operation', g.operation,
    'label', g.label, 'good', g.good, 'scrap', g.scrap, 'rework', g.rework, 'seconds', g.seconds, 'count', g.count)
    ORDER BY g.from_ms, g.shift_date, g.shift, g.line, g.item, g.scale, g.operator, g.order_id, g.operation, g.label), '[]')::text
FROM (
    SELECT a.*
    FROM given, LATERAL (
        SELECT (p ->> 0)::bigint AS from_ms, (p ->> 1)::bigint AS to_ms,
            CASE WHEN q -> 'by' ? 'shift' THEN r.shift_date ELSE '' END COLLATE "C" AS shift_date,
            CASE WHEN q -> 'by' ? 'shift' THEN r.shift ELSE '' END COLLATE "C" AS shift,
            CASE WHEN q -> 'by' ? 'line' THEN r.line ELSE '' END COLLATE "C" AS line,
            CASE WHEN q -> 'by' ? 'item' THEN r.item ELSE '' END COLLATE "C" AS item,
            CASE WHEN q -> 'by' ? 'item' THEN r.scale ELSE 0 END AS scale,
            CASE WHEN q -> 'by' ? 'operator' THEN r.operator ELSE '' END COLLATE "C" AS operator,
            CASE WHEN q -> 'by' ? 'order' THEN r.order_id ELSE '' END COLLATE "C" AS order_id,
            CASE WHEN q -> 'by' ? 'operation' THEN r.operation ELSE 0 END AS operation,
            CASE WHEN q -> 'by' ? 'label' THEN r.label ELSE '' END COLLATE "C" AS label,
            sum(r.good)::bigint AS good, sum(r.scrap)::bigint AS scrap, sum(r.rework)::bigint AS rework,
            sum(r.seconds)::bigint AS seconds, sum(r.count)::bigint AS count
        FROM jsonb_array_elements(q -> 'periods') AS p
        JOIN rollup AS r ON r.plant = (q ->> 'plant')::bigint AND r.generation = (q ->> 'generation')::bigint
            AND r.series IN (SELECT s FROM jsonb_array_elements_text(q -> 'series') AS s)
            AND r.bucket_ms >= (p ->> 0)::bigint AND r.bucket_ms < (p ->> 1)::bigint
        WHERE (q ->> 'shift' IS NULL OR r.shift = q ->> 'shift')
            AND (q ->> 'line' IS NULL OR r.line = q ->> 'line')
            AND (q ->> 'item' IS NULL OR r.item = q ->> 'item')
            AND (q ->> 'operator' IS NULL OR r.operator = q ->> 'operator')
            AND (q ->> 'order' IS NULL OR r.order_id = q ->> 'order')
            AND (q ->> 'operation' IS NULL OR r.operation = (q ->> 'operation')::bigint)
            AND (q ->> 'label' IS NULL OR r.label = q ->> 'label')
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ) AS a
    WHERE (a.good <> 0 OR a.scrap <> 0 OR a.rework <> 0 OR a.seconds <> 0 OR a.count <> 0)
        AND (after IS NULL
            OR (a.from_ms, a.shift_date, a.shift, a.line, a.item, a.scale, a.operator, a.order_id, a.operation, a.label)
                > ((after ->> 0)::bigint, after ->> 1, after ->> 2, after ->> 3, after ->> 4, (after ->> 5)::bigint, after ->> 6,
                    after ->> 7, (after ->> 8)::bigint, after ->> 9))
    ORDER BY a.from_ms, a.shift_date, a.shift, a.line, a.item, a.scale, a.operator, a.order_id, a.operation, a.label
    LIMIT $3::bigint
) AS g
