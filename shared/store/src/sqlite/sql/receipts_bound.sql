-- ?1 plant, ?2 kind, ?3 id before the slice, ?4 rows. The last id of a slice, and null where all that is left fits.
SELECT json_object('last', (SELECT min(id) FROM (
    SELECT (SELECT t.id FROM receipt AS t WHERE t.plant = ?1 AND t.id > ?3 ORDER BY t.id LIMIT 1 OFFSET ?4) AS id
    UNION ALL
    SELECT (SELECT r.id FROM record AS r WHERE r.plant = ?1 AND r.kind = ?2 AND r.id > ?3 ORDER BY r.id LIMIT 1 OFFSET ?4))))
