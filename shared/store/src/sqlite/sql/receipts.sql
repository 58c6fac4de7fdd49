-- ?1 plant, ?2 the id before the slice, ?3 its last one, ?4 kind, ?5 the field of a record that came through the queue.
WITH difference AS MATERIALIZED (
    SELECT t.id, iif(t.state = 'booked', 'no_record', iif(t.state = 'refused', 'record', 'state')) AS found
    FROM receipt AS t LEFT JOIN record AS r ON r.plant = ?1 AND r.kind = ?4 AND r.id = t.id
    WHERE t.plant = ?1 AND t.id > ?2 AND t.id <= ?3
        AND (t.state NOT IN ('booked', 'refused') OR (t.state = 'booked') <> (r.id IS NOT NULL))
    UNION ALL
    SELECT r.id, 'no_receipt' FROM record AS r
    WHERE r.plant = ?1 AND r.kind = ?4 AND r.id > ?2 AND r.id <= ?3 AND r.body ->> ('$.' || ?5) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM receipt AS t WHERE t.plant = ?1 AND t.id = r.id)
)
SELECT json_object('compared', (SELECT count(*) FROM receipt WHERE plant = ?1 AND id > ?2 AND id <= ?3),
    'count', (SELECT count(*) FROM difference),
    'differences', json((SELECT json_group_array(json_object('id', d.id, 'found', d.found))
        FROM (SELECT * FROM difference ORDER BY id LIMIT 100) AS d)))
