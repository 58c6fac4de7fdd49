-- ?1 plant, ?2 the parent before the slice, ?3 its last one, ?4 the query. What the records say is added up and held against
-- the counters of their parents. Decimals are taken as units of their scale.
WITH given AS (SELECT ?4 AS q),
part AS (
    SELECT r.parent AS scope, (r.body ->> ('$.' || (q ->> '$.group'))) || '.' || (f.value ->> 0) AS name,
        CAST(replace(r.body ->> ('$.' || (f.value ->> 1)), '.', '') AS INTEGER) AS units
    FROM record AS r INDEXED BY record_by_parent, given, json_each(q, '$.fields') AS f
    WHERE r.plant = ?1 AND r.kind = ?4 ->> '$.kind' AND r.parent > ?2 AND r.parent <= ?3
        AND r.body ->> ('$.' || (q ->> '$.unless')) IS NULL AND r.body ->> ('$.' || (f.value ->> 1)) IS NOT NULL
    UNION ALL
    SELECT r.parent, (r.body ->> ('$.' || (q ->> '$.group'))) || '.' || (l.value ->> 0),
        CAST(replace(e.value ->> ('$.' || (l.value ->> 2)), '.', '') AS INTEGER)
    FROM record AS r INDEXED BY record_by_parent, given, json_each(q, '$.lists') AS l,
        json_each(r.body, '$.' || (l.value ->> 1)) AS e
    WHERE r.plant = ?1 AND r.kind = ?4 ->> '$.kind' AND r.parent > ?2 AND r.parent <= ?3
        AND r.body ->> ('$.' || (q ->> '$.unless')) IS NULL
    UNION ALL
    SELECT r.parent, (g.value ->> ('$.' || (q ->> '$.takes.groups[1]'))) || '.' || n.value,
        -CAST(replace(r.body ->> ('$.' || (q ->> '$.takes.amount')), '.', '') AS INTEGER)
    FROM given, record AS r INDEXED BY record_by_parent, record AS p,
        json_each(p.body, '$.' || (q ->> '$.takes.groups[0]')) AS g, json_each(q, '$.takes.names') AS n
    WHERE r.plant = ?1 AND r.kind = ?4 ->> '$.kind' AND r.parent > ?2 AND r.parent <= ?3
        AND r.body ->> ('$.' || (q ->> '$.unless')) IS NULL AND r.body ->> ('$.' || (q ->> '$.takes.from')) IS NOT NULL
        AND p.plant = ?1 AND p.kind = ?4 ->> '$.parent' AND p.id = r.parent
        AND g.value ->> ('$.' || (q ->> '$.takes.groups[1]')) >= r.body ->> ('$.' || (q ->> '$.takes.from'))
        AND g.value ->> ('$.' || (q ->> '$.takes.groups[1]')) < r.body ->> ('$.' || (q ->> '$.takes.before'))
),
told AS MATERIALIZED (SELECT scope, name, sum(units) AS units FROM part GROUP BY scope, name),
counted AS MATERIALIZED (
    SELECT c.scope, c.name, c.value FROM given, counter AS c
    WHERE c.plant = ?1 AND c.scope > ?2 AND c.scope <= ?3 AND c.value <> 0
        AND substr(c.name, instr(c.name, '.') + 1) IN (SELECT f.value ->> 0 FROM json_each(q, '$.fields') AS f
            UNION SELECT l.value ->> 0 FROM json_each(q, '$.lists') AS l)
        AND EXISTS (SELECT 1 FROM record AS o WHERE o.plant = ?1 AND o.kind = q ->> '$.parent' AND o.id = c.scope)
),
difference AS MATERIALIZED (
    SELECT t.scope, t.name, t.units AS told, coalesce(c.value, 0) AS counted
    FROM told AS t LEFT JOIN counter AS c ON c.plant = ?1 AND c.scope = t.scope AND c.name = t.name
    WHERE coalesce(c.value, 0) <> t.units
    UNION ALL
    SELECT c.scope, c.name, 0, c.value FROM counted AS c WHERE (c.scope, c.name) NOT IN (SELECT scope, name FROM told)
)
SELECT json_object('compared', (SELECT count(*) FROM told), 'count', (SELECT count(*) FROM difference),
    'differences', json((SELECT json_group_array(json_object('scope', d.scope, 'name', d.name, 'told', d.told, 'counted', d.counted))
        FROM (SELECT * FROM difference ORDER BY scope, name LIMIT 100) AS d)))
