-- $1 plant, $2 kind, $3 id before the slice, $4 rows. The last id of a slice, and null where all that is left fits.
SELECT jsonb_build_object('last', (SELECT min(s.id) FROM (
    SELECT (SELECT t.id FROM receipt AS t WHERE t.plant = $1::bigint AND t.id > $3::text ORDER BY t.id OFFSET $4::bigint LIMIT 1) AS id
    UNION ALL
    SELECT (SELECT r.id FROM record AS r WHERE r.plant = $1::bigint AND r.kind = $2::text AND r.id > $3::text
        ORDER BY r.id OFFSET $4::bigint LIMIT 1)) AS s))::text
