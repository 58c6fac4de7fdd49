-- ?1 plant, ?2 number before the first, ?3 rows.
SELECT json_group_array(json_object('plant', s.plant, 'number', s.number, 'day', s.day, 'from_place', s.from_place,
    'to_place', s.to_place, 'count', s.count, 'postings', s.postings, 'previous', s.previous, 'hash', s.hash,
    'state', s.state, 'sealed_ms', s.sealed_ms))
FROM (SELECT * FROM seal WHERE plant = ?1 AND number > ?2 ORDER BY number LIMIT ?3) AS s
