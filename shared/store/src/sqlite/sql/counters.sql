SELECT json_group_array(json_object('scope', c.scope, 'name', c.name, 'value', c.value))
FROM (SELECT * FROM counter WHERE plant = ?1 AND scope = ?2 ORDER BY name) AS c
