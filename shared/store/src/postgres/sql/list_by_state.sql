-- Parameters as in list.sql. Each state gives its own first rows, in order, from its own part of the index; the first of
-- them all are the page. So the cost does not grow with the records that are in other states.
SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state, 'line', r.line,
    'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms, 'updated_ms', r.updated_ms, 'body', r.body)
    ORDER BY r.sort, r.id), '[]')::text
FROM (
    SELECT p.*
    FROM (SELECT DISTINCT s FROM jsonb_array_elements_text($6::text::jsonb) AS s) AS s
    CROSS JOIN LATERAL (
        SELECT c.* FROM record AS c
        WHERE c.plant = $1::bigint AND c.kind = $2::text AND c.state = s.s AND (c.sort, c.id) > ($3::text, $4::text)
            AND ($7::text IS NULL OR c.line = $7::text)
            AND $8::text IS NULL
            AND ($9::text IS NULL OR strpos(c.search, $9::text) > 0)
            AND $10::text = '[]'
        ORDER BY c.sort, c.id LIMIT $5::bigint) AS p
    ORDER BY p.sort, p.id LIMIT $5::bigint
) AS r
