SELECT coalesce(jsonb_agg(jsonb_build_object('scope', c.scope, 'name', c.name, 'value', c.value) ORDER BY c.name), '[]')::text
FROM counter AS c WHERE c.plant = $1::bigint AND c.scope = $2::text
