-- $1 plant, $2 the id before the slice, $3 its last one, $4 kind, $5 the field of a record that came through the queue.
WITH difference AS MATERIALIZED (
    SELECT t.id, CASE t.state WHEN 'booked' THEN 'no_record' WHEN 'refused' THEN 'record' ELSE 'state' END AS found
    FROM receipt AS t LEFT JOIN record AS r ON r.plant = $1::bigint AND r.kind = $4::text AND r.id = t.id
    WHERE t.plant = $1::bigint AND t.id > $2::text AND t.id <= $3::text
        AND (t.state NOT IN ('booked', 'refused') OR (t.state = 'booked') <> (r.id IS NOT NULL))
    UNION ALL
    SELECT r.id, 'no_receipt' FROM record AS r
    WHERE r.plant = $1::bigint AND r.kind = $4::text AND r.id > $2::text AND r.id <= $3::text AND r.body ->> $5::text IS NOT NULL
        AND NOT EXISTS (SELECT FROM receipt AS t WHERE t.plant = $1::bigint AND t.id = r.id)
)
SELECT jsonb_build_object('compared', (SELECT count(*) FROM receipt
        WHERE plant = $1::bigint AND id > $2::text AND id <= $3::text),
    'count', (SELECT count(*) FROM difference),
    'differences', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'found', d.found) ORDER BY d.id), '[]')
        FROM (SELECT * FROM difference ORDER BY id LIMIT 100) AS d))::text
