INSERT INTO seal (plant, number, day, from_place, to_place, count, postings, previous, hash, state, sealed_ms)
SELECT ?1 ->> '$.plant', ?1 ->> '$.number', ?1 ->> '$.day', ?1 ->> '$.from_place', ?1 ->> '$.to_place', ?1 ->> '$.count',
    ?1 ->> '$.postings', ?1 ->> '$.previous', ?1 ->> '$.hash', ?1 ->> '$.state', ?1 ->> '$.sealed_ms'
