-- ?1 plant, ?2 kind, ?3 sort and ?4 id of the row before the page, ?5 rows, ?6 states, ?7 line, ?8 parent, ?9 part of the
-- search text in lower case, ?10 custom fields as [[name, value]]. Lines that start with a name are switched on when the
-- filter is led by that: SQLite picks no index where "not restricted" is one of the cases.
SELECT json_group_array(json_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state, 'line', r.line,
    'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms, 'updated_ms', r.updated_ms, 'body', json(r.body)))
FROM (
    SELECT c.*
    --any: FROM record AS c INDEXED BY record_by_sort
    --parent: FROM record AS c INDEXED BY record_by_parent
    --field: FROM record_field AS l CROSS JOIN record AS c ON c.plant = l.plant AND c.kind = l.kind AND c.id = l.id
    WHERE c.plant = ?1 AND c.kind = ?2 AND (c.sort, c.id) > (?3, ?4)
    --parent: AND c.parent = ?8
    --field: AND l.plant = ?1 AND l.kind = ?2 AND l.name = ?10 ->> '$[0][0]' AND l.value = ?10 ->> '$[0][1]'
        AND (?6 = '[]' OR c.state IN (SELECT s.value FROM json_each(?6) AS s))
        AND (?7 IS NULL OR c.line = ?7)
        AND (?8 IS NULL OR c.parent = ?8)
        AND (?9 IS NULL OR instr(c.search, ?9) > 0)
        AND NOT EXISTS (SELECT 1 FROM json_each(?10) AS f WHERE NOT EXISTS (SELECT 1 FROM record_field AS h
            WHERE h.plant = ?1 AND h.kind = ?2 AND h.id = c.id AND h.name = f.value ->> 0 AND h.value = f.value ->> 1))
    ORDER BY c.sort, c.id LIMIT ?5
) AS r
