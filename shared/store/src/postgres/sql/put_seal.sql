INSERT INTO seal (plant, number, day, from_place, to_place, count, postings, previous, hash, state, sealed_ms)
SELECT (d.doc ->> 'plant')::bigint, (d.doc ->> 'number')::bigint, d.doc ->> 'day', d.doc ->> 'from_place',
    d.doc ->> 'to_place', (d.doc ->> 'count')::bigint, d.doc ->> 'postings', d.doc ->> 'previous', d.doc ->> 'hash',
    d.doc ->> 'state', (d.doc ->> 'sealed_ms')::bigint
FROM (SELECT $1::text::jsonb AS doc) AS d
RETURNING 'null'
