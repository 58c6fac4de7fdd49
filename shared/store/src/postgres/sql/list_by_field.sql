-- Parameters as in list.sql. The first of the custom fields leads.
SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state, 'line', r.line,
    'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms, 'updated_ms', r.updated_ms, 'body', r.body)
    ORDER BY r.sort, r.id), '[]')::text
FROM (
    SELECT c.*
    FROM record_field AS l JOIN record AS c ON c.plant = l.plant AND c.kind = l.kind AND c.id = l.id
    WHERE l.plant = $1::bigint AND l.kind = $2::text AND l.name = $10::text::jsonb #>> '{0,0}'
        AND l.value = $10::text::jsonb #>> '{0,1}' AND (c.sort, c.id) > ($3::text, $4::text)
        AND ($6::text = '[]' OR c.state IN (SELECT s FROM jsonb_array_elements_text($6::text::jsonb) AS s))
        AND ($7::text IS NULL OR c.line = $7::text)
        AND ($8::text IS NULL OR c.parent = $8::text)
        AND ($9::text IS NULL OR strpos(c.search, $9::text) > 0)
        AND NOT EXISTS (SELECT FROM jsonb_array_elements($10::text::jsonb) AS f
            WHERE NOT EXISTS (SELECT FROM record_field AS h WHERE h.plant = c.plant AND h.kind = c.kind AND h.id = c.id
                AND h.name = f ->> 0 AND h.value = f ->> 1))
    ORDER BY c.sort, c.id LIMIT $5::bigint
) AS r
