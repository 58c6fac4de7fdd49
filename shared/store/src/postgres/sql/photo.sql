SELECT coalesce(jsonb_agg(jsonb_build_object('plant', p.plant, 'id', p.id, 'media_type', p.media_type, 'data', p.data,
    'user', p."user", 'at_ms', p.at_ms)), '[]')::text
FROM photo AS p WHERE p.plant = $1::bigint AND p.id = $2::text
