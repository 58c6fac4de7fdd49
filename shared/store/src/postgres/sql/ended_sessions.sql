SELECT coalesce(jsonb_agg(s.id ORDER BY s.id), '[]')::text
FROM session AS s WHERE s.plant = $1::bigint AND s.ended_ms IS NOT NULL AND s.expires_ms > $2::bigint
