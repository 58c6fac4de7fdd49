-- $1 plant, $2 number before the first, $3 rows.
SELECT coalesce(jsonb_agg(jsonb_build_object('plant', s.plant, 'number', s.number, 'day', s.day, 'from_place', s.from_place,
    'to_place', s.to_place, 'count', s.count, 'postings', s.postings, 'previous', s.previous, 'hash', s.hash,
    'state', s.state, 'sealed_ms', s.sealed_ms) ORDER BY s.number), '[]')::text
FROM (SELECT * FROM seal WHERE plant = $1::bigint AND number > $2::bigint ORDER BY number LIMIT $3::bigint) AS s
