-- ?1 plant, ?2 kind, ?3 id before the slice, ?4 records. The last record of the slice, and null where all that is left fits.
SELECT json_object('last', (SELECT o.id FROM record AS o WHERE o.plant = ?1 AND o.kind = ?2 AND o.id > ?3
    ORDER BY o.id LIMIT 1 OFFSET ?4))
