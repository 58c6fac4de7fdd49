-- Parameters as in list.sql. Each state gives its own first rows, in order, from its own part of the index; the first of
-- them all are the page. So the cost does not grow with the records that are in other states.
SELECT json_group_array(json_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state, 'line', r.line,
    'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms, 'updated_ms', r.updated_ms, 'body', json(r.body)))
FROM (
    SELECT p.*
    FROM (SELECT DISTINCT value FROM json_each(?6)) AS s
    CROSS JOIN record AS p ON p.rowid IN (
        SELECT c.rowid
        FROM record AS c INDEXED BY record_by_state
        WHERE c.plant = ?1 AND c.kind = ?2 AND c.state = s.value AND (c.sort, c.id) > (?3, ?4)
            AND (?7 IS NULL OR c.line = ?7)
            AND ?8 IS NULL
            AND (?9 IS NULL OR instr(c.search, ?9) > 0)
            AND ?10 = '[]'
        ORDER BY c.sort, c.id LIMIT ?5)
    ORDER BY p.sort, p.id LIMIT ?5
) AS r
