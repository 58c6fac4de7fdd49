-- $1 plant, $2 items, $3 location, $4 lot, $5 order, $6 item, $7 location, $8 lot and $9 order of the row before the page,
-- $10 rows, $11 what is zero as well.
SELECT coalesce(jsonb_agg(jsonb_build_object('item', r.item, 'location', r.location, 'lot', r.lot, 'order', r.order_id,
    'quantity', r.quantity, 'bounded', r.bounded, 'version', r.version)
    ORDER BY r.item, r.location, r.lot, r.order_id), '[]')::text
FROM (
    SELECT b.* FROM balance AS b
    WHERE b.plant = $1::bigint AND (b.item, b.location, b.lot, b.order_id) > ($6::text, $7::text, $8::text, $9::text)
        AND ($11::bigint = 1 OR NOT b.is_empty)
        AND ($3::text IS NULL OR b.location = $3::text)
        AND ($4::text IS NULL OR b.lot = $4::text)
        AND ($5::text IS NULL OR b.order_id = $5::text)
        AND ($2::text = '[]' OR b.item IN (SELECT j FROM jsonb_array_elements_text($2::text::jsonb) AS j))
    ORDER BY b.item, b.location, b.lot, b.order_id LIMIT $10::bigint
) AS r
