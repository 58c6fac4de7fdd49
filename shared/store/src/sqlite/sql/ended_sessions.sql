SELECT json_group_array(s.id)
FROM (SELECT id FROM session WHERE plant = ?1 AND ended_ms IS NOT NULL AND expires_ms > ?2 ORDER BY id) AS s
