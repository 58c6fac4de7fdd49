-- $1 plant, $2 ids.
SELECT coalesce(jsonb_agg(p.id), '[]')::text
FROM photo AS p WHERE p.plant = $1::bigint AND p.id IN (SELECT jsonb_array_elements_text($2::text::jsonb))
