-- ?1 plant, ?2 kinds, ?3 from.
SELECT json_group_array(json_array(f.item, f.quantity))
FROM (
    SELECT p.item, sum(p.quantity) AS quantity FROM posting AS p
    WHERE p.plant = ?1 AND p.kind IN (SELECT k.value FROM json_each(?2) AS k) AND p.occurred_ms >= ?3
        AND NOT EXISTS (SELECT 1 FROM posting AS v WHERE v.plant = ?1 AND v.reverses = p.id)
    GROUP BY p.item ORDER BY p.item) AS f
