-- ?1 plant, ?2 kind, ?3 parents. One step into the index for each of them.
SELECT json_group_array(json_array(f.parent, f.sort))
FROM (
    SELECT p.value AS parent,
        (SELECT r.sort FROM record AS r WHERE r.plant = ?1 AND r.kind = ?2 AND r.parent = p.value
         ORDER BY r.sort DESC, r.id DESC LIMIT 1) AS sort
    FROM json_each(?3) AS p) AS f
WHERE f.sort IS NOT NULL
