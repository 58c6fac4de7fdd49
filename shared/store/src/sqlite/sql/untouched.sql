-- ?1 plant, ?2 kind, ?3 states, ?4 moment, ?5 id before the first, ?6 rows.
SELECT json_group_array(f.id)
FROM (SELECT r.id FROM record AS r
    WHERE r.plant = ?1 AND r.kind = ?2 AND r.id > ?5 AND r.updated_ms < ?4 AND r.state IN (SELECT s.value FROM json_each(?3) AS s)
    ORDER BY r.id LIMIT ?6) AS f
