-- ?1 plant, ?2 pairs of kind and id.
SELECT json_group_array(json_object('kind', a.kind, 'id', a.id, 'order', a.order_id))
FROM json_each(?2) AS w CROSS JOIN archived AS a ON a.plant = ?1 AND a.kind = w.value ->> 0 AND a.id = w.value ->> 1
