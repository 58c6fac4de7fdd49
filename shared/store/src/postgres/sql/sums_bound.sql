-- $1 plant, $2 kind, $3 id before the slice, $4 records. The last record of the slice, and null where all that is left fits.
SELECT jsonb_build_object('last', (SELECT o.id FROM record AS o WHERE o.plant = $1::bigint AND o.kind = $2::text AND o.id > $3::text
    ORDER BY o.id OFFSET $4::bigint LIMIT 1))::text
