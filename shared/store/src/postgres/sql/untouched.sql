-- $1 plant, $2 kind, $3 states, $4 moment, $5 id before the first, $6 rows.
SELECT coalesce(jsonb_agg(f.id ORDER BY f.id), '[]')::text
FROM (SELECT r.id FROM record AS r
    WHERE r.plant = $1::bigint AND r.kind = $2::text AND r.id > $5::text AND r.updated_ms < $4::bigint
        AND r.state = ANY (ARRAY(SELECT jsonb_array_elements_text($3::text::jsonb)))
    ORDER BY r.id LIMIT $6::bigint) AS f
