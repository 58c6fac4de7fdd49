-- ?1 plant, ?2 seq of the first posting that is not sealed.
SELECT json_object('count', count(*), 'oldest_ms', min(booked_ms))
FROM posting INDEXED BY posting_by_plant WHERE plant = ?1 AND seq >= ?2
