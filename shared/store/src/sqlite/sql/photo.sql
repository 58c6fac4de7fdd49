SELECT json_group_array(json_object('plant', p.plant, 'id', p.id, 'media_type', p.media_type, 'data', p.data, 'user', p.user,
    'at_ms', p.at_ms))
FROM photo AS p WHERE p.plant = ?1 AND p.id = ?2
