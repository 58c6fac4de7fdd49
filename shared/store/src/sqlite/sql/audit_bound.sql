-- ?1 plant, ?2 item before the slice, ?3 postings. The last item of a slice of whole items with about so many postings, and
-- null where all that is left fits.
WITH cut AS (
    SELECT (SELECT p.item FROM posting AS p INDEXED BY posting_by_item WHERE p.plant = ?1 AND p.item > ?2
        ORDER BY p.item LIMIT 1 OFFSET ?3) AS item
), before AS (
    SELECT (SELECT p.item FROM posting AS p INDEXED BY posting_by_item WHERE p.plant = ?1 AND p.item > ?2 AND p.item < c.item
        ORDER BY p.item DESC LIMIT 1) AS item FROM cut AS c
)
SELECT json_object('last', coalesce(b.item, c.item)) FROM cut AS c, before AS b
