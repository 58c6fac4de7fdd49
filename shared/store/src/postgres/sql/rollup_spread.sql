-- $1 the query as JSON, $2 rows. An order's seconds are added up first; median and p90 are those of the orders, by nearest rank.
WITH given AS (SELECT $1::text::jsonb AS q),
per_order AS (
    SELECT (p ->> 0)::bigint AS from_ms, (p ->> 1)::bigint AS to_ms,
        CASE WHEN q -> 'by' ? 'line' THEN r.line ELSE '' END COLLATE "C" AS line,
        CASE WHEN q -> 'by' ? 'item' THEN r.item ELSE '' END COLLATE "C" AS item,
        CASE WHEN q -> 'by' ? 'label' THEN r.label ELSE '' END COLLATE "C" AS label,
        r.order_id, sum(r.seconds)::bigint AS seconds, sum(r.count)::bigint AS times
    FROM given, LATERAL jsonb_array_elements(q -> 'periods') AS p
    JOIN rollup AS r ON r.bucket_ms >= (p ->> 0)::bigint AND r.bucket_ms < (p ->> 1)::bigint
    WHERE r.plant = (q ->> 'plant')::bigint AND r.generation = (q ->> 'generation')::bigint
        AND r.series IN (SELECT s FROM jsonb_array_elements_text(q -> 'series') AS s)
        AND (q ->> 'line' IS NULL OR r.line = q ->> 'line')
        AND (q ->> 'item' IS NULL OR r.item = q ->> 'item')
        AND (q ->> 'order' IS NULL OR r.order_id = q ->> 'order')
        AND (q ->> 'label' IS NULL OR r.label = q ->> 'label')
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(r.count) > 0
),
ranked AS (
    SELECT o.*, count(*) OVER (PARTITION BY o.from_ms, o.to_ms, o.line, o.item, o.label) AS orders,
        row_number() OVER (PARTITION BY o.from_ms, o.to_ms, o.line, o.item, o.label ORDER BY o.seconds, o.order_id) AS place
    FROM per_order AS o
),
grouped AS (
    SELECT r.from_ms, r.to_ms, r.line, r.item, r.label, count(*) AS orders, sum(r.times)::bigint AS times,
        sum(r.seconds)::bigint AS total_s,
        max(CASE WHEN r.place = (r.orders + 1) / 2 THEN r.seconds ELSE 0 END) AS median_s,
        max(CASE WHEN r.place = (9 * r.orders + 9) / 10 THEN r.seconds ELSE 0 END) AS p90_s,
        max(r.seconds) AS longest_s
    FROM ranked AS r
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 3, 4, 5
    LIMIT $2::bigint
)
SELECT coalesce(jsonb_agg(jsonb_build_object('from_ms', g.from_ms, 'to_ms', g.to_ms, 'line', g.line, 'item', g.item,
    'label', g.label, 'orders', g.orders, 'times', g.times, 'total_s', g.total_s, 'median_s', g.median_s, 'p90_s', g.p90_s,
    'longest_s', g.longest_s) ORDER BY g.from_ms, g.line, g.item, g.label), '[]')::text
FROM grouped AS g
