-- $1 plant, $2 pairs of kind and id.
SELECT coalesce(jsonb_agg(jsonb_build_object('kind', a.kind, 'id', a.id, 'order', a.order_id) ORDER BY a.kind, a.id, a.order_id), '[]')::text
FROM jsonb_array_elements($2::text::jsonb) AS w, LATERAL (SELECT * FROM archived AS n
    WHERE n.plant = $1::bigint AND n.kind = w ->> 0 AND n.id = w ->> 1 OFFSET 0) AS a
