-- $1 plant, $2 the parent before the slice, $3 its last one, $4 the query. What the records say is added up and held against
-- the counters of their parents. Decimals are taken as units of their scale.
WITH given AS MATERIALIZED (SELECT $4::text::jsonb AS q),
field AS MATERIALIZED (SELECT f ->> 0 AS name, string_to_array(f ->> 1, '.') AS path FROM given, jsonb_array_elements(q -> 'fields') AS f),
list AS MATERIALIZED (
    SELECT l ->> 0 AS name, string_to_array(l ->> 1, '.') AS path, string_to_array(l ->> 2, '.') AS inner_path FROM given, jsonb_array_elements(q -> 'lists') AS l
),
body AS MATERIALIZED (
    SELECT r.parent AS scope, r.body #>> string_to_array($4::text::jsonb ->> 'group', '.') AS place, r.body FROM record AS r
    WHERE r.plant = $1::bigint AND r.kind = $4::text::jsonb ->> 'kind' AND r.parent > $2::text AND r.parent <= $3::text
        AND r.body #>> string_to_array($4::text::jsonb ->> 'unless', '.') IS NULL
),
part AS (
    SELECT b.scope, b.place || '.' || f.name AS name, replace(b.body #>> f.path, '.', '')::bigint AS units
    FROM body AS b, field AS f WHERE b.body #>> f.path IS NOT NULL
    UNION ALL
    SELECT b.scope, b.place || '.' || l.name, replace(e #>> l.inner_path, '.', '')::bigint
    FROM body AS b, list AS l, jsonb_path_query(b.body #> l.path, '$[*]') AS e
    UNION ALL
    SELECT b.scope, (g ->> (q #>> '{takes,groups,1}')) || '.' || n,
        -replace(b.body #>> string_to_array(q #>> '{takes,amount}', '.'), '.', '')::bigint
    FROM given, body AS b, record AS p, jsonb_path_query(p.body #> string_to_array(q #>> '{takes,groups,0}', '.'), '$[*]') AS g,
        jsonb_array_elements_text(q #> '{takes,names}') AS n
    WHERE p.plant = $1::bigint AND p.kind = q ->> 'parent' AND p.id = b.scope
        AND b.body #>> string_to_array(q #>> '{takes,from}', '.') IS NOT NULL
        AND (g ->> (q #>> '{takes,groups,1}'))::bigint >= (b.body #>> string_to_array(q #>> '{takes,from}', '.'))::bigint
        AND (g ->> (q #>> '{takes,groups,1}'))::bigint < (b.body #>> string_to_array(q #>> '{takes,before}', '.'))::bigint
),
told AS MATERIALIZED (SELECT scope, name COLLATE "C" AS name, sum(units)::bigint AS units FROM part GROUP BY 1, 2),
counted AS MATERIALIZED (
    SELECT c.scope, c.name, c.value FROM counter AS c
    WHERE c.plant = $1::bigint AND c.scope > $2::text AND c.scope <= $3::text AND c.value <> 0
        AND substr(c.name, strpos(c.name, '.') + 1) IN (SELECT name FROM field UNION SELECT name FROM list)
        AND EXISTS (SELECT FROM record AS o WHERE o.plant = $1::bigint AND o.kind = $4::text::jsonb ->> 'parent' AND o.id = c.scope)
),
difference AS MATERIALIZED (
    SELECT t.scope, t.name, t.units AS told, coalesce(c.value, 0) AS counted
    FROM told AS t LEFT JOIN counter AS c ON c.plant = $1::bigint AND c.scope = t.scope AND c.name = t.name
    WHERE coalesce(c.value, 0) <> t.units
    UNION ALL
    SELECT c.scope, c.name, 0, c.value FROM counted AS c
    WHERE NOT EXISTS (SELECT FROM told AS t WHERE t.scope = c.scope AND t.name = c.name)
)
SELECT jsonb_build_object('compared', (SELECT count(*) FROM told), 'count', (SELECT count(*) FROM difference),
    'differences', (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', d.scope, 'name', d.name, 'told', d.told, 'counted', d.counted)
            ORDER BY d.scope, d.name), '[]')
        FROM (SELECT * FROM difference ORDER BY scope, name LIMIT 100) AS d))::text
