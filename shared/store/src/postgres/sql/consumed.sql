-- $1 plant, $2 kinds, $3 from.
SELECT coalesce(jsonb_agg(jsonb_build_array(f.item, f.quantity) ORDER BY f.item), '[]')::text
FROM (
    SELECT p.item, sum(p.quantity)::bigint AS quantity FROM posting AS p
    WHERE p.plant = $1::bigint AND p.kind IN (SELECT k FROM jsonb_array_elements_text($2::text::jsonb) AS k)
        AND p.occurred_ms >= $3::bigint
        AND NOT EXISTS (SELECT 1 FROM posting AS v WHERE v.plant = $1::bigint AND v.reverses = p.id)
    GROUP BY p.item) AS f
