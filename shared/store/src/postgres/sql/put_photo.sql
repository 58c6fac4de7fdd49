INSERT INTO photo (plant, id, media_type, data, "user", at_ms)
SELECT (d.doc ->> 'plant')::bigint, d.doc ->> 'id', d.doc ->> 'media_type', d.doc ->> 'data', d.doc ->> 'user',
    (d.doc ->> 'at_ms')::bigint
FROM (SELECT $1::text::jsonb AS doc) AS d
ON CONFLICT DO NOTHING
RETURNING 'null'
