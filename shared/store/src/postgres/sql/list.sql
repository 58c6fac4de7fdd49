-- $1 plant, $2 kind, $3 sort and $4 id of the row before the page, $5 rows, $6 states, $7 line, $8 parent, $9 part of the
-- search text in lower case, $10 custom fields as [[name, value]].
SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state, 'line', r.line,
    'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms, 'updated_ms', r.updated_ms, 'body', r.body)
    ORDER BY r.sort, r.id), '[]')::text
FROM (
    SELECT c.* FROM record AS c
    WHERE c.plant = $1::bigint AND c.kind = $2::text AND (c.sort, c.id) > ($3::text, $4::text)
        AND ($6::text = '[]' OR c.state IN (SELECT s FROM jsonb_array_elements_text($6::text::jsonb) AS s))
        AND ($7::text IS NULL OR c.line = $7::text)
        AND ($8::text IS NULL OR c.parent = $8::text)
        AND ($9::text IS NULL OR strpos(c.search, $9::text) > 0)
        AND ($10::text = '[]' OR NOT EXISTS (SELECT FROM jsonb_array_elements($10::text::jsonb) AS f
            WHERE NOT EXISTS (SELECT FROM record_field AS h WHERE h.plant = c.plant AND h.kind = c.kind AND h.id = c.id
                AND h.name = f ->> 0 AND h.value = f ->> 1)))
    ORDER BY c.sort, c.id LIMIT $5::bigint
) AS r
