-- ?1 plant, ?2 days. The last seal of each day, the latest day first.
SELECT json_group_array(json_object('plant', s.plant, 'number', s.number, 'day', s.day, 'from_place', s.from_place,
    'to_place', s.to_place, 'count', s.count, 'previous', s.previous, 'hash', s.hash, 'state', s.state,
    'sealed_ms', s.sealed_ms))
FROM (SELECT l.* FROM (SELECT day, max(number) AS number FROM seal WHERE plant = ?1 GROUP BY day ORDER BY day DESC LIMIT ?2) AS d
    JOIN seal AS l ON l.plant = ?1 AND l.number = d.number ORDER BY l.number DESC) AS s
