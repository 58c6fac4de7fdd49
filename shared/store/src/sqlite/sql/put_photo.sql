INSERT INTO photo (plant, id, media_type, data, user, at_ms)
SELECT ?1 ->> '$.plant', ?1 ->> '$.id', ?1 ->> '$.media_type', ?1 ->> '$.data', ?1 ->> '$.user', ?1 ->> '$.at_ms' WHERE true
ON CONFLICT DO NOTHING
