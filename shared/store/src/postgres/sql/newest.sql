-- $1 plant, $2 kind, $3 parents. One step into the index for each of them.
SELECT coalesce(jsonb_agg(jsonb_build_array(p.parent, f.sort)), '[]')::text
FROM jsonb_array_elements_text($3::text::jsonb) AS p (parent)
CROSS JOIN LATERAL (
    SELECT r.sort FROM record AS r WHERE r.plant = $1::bigint AND r.kind = $2::text AND r.parent = p.parent
    ORDER BY r.sort DESC, r.id DESC LIMIT 1) AS f
