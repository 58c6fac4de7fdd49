SELECT json_group_array(json_object('seq', e.seq, 'id', e.id, 'type', e.type, 'source', e.source, 'subject', e.subject,
    'time_ms', e.time_ms, 'data', json(e.data)))
FROM (SELECT * FROM event INDEXED BY event_by_plant WHERE plant = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3) AS e
