-- ?1 plant, ?2 ids.
SELECT json_group_array(p.id) FROM photo AS p WHERE p.plant = ?1 AND p.id IN (SELECT value FROM json_each(?2))
