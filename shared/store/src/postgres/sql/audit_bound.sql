-- $1 plant, $2 item before the slice, $3 postings. The last item of a slice of whole items with about so many postings, and
-- null where all that is left fits.
WITH cut AS (
    SELECT (SELECT p.item FROM posting AS p WHERE p.plant = $1::bigint AND p.item > $2::text
        ORDER BY p.item OFFSET $3::bigint LIMIT 1) AS item
), before AS (
    SELECT (SELECT p.item FROM posting AS p WHERE p.plant = $1::bigint AND p.item > $2::text AND p.item < c.item
        ORDER BY p.item DESC LIMIT 1) AS item FROM cut AS c
)
SELECT jsonb_build_object('last', coalesce(b.item, c.item))::text FROM cut AS c, before AS b
