-- A piece of a generation; one statement for all of it would keep other writers waiting.
DELETE FROM rollup
WHERE (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label) IN (
    SELECT o.plant, o.generation, o.series, o.bucket_ms, o.shift_date, o.shift, o.line, o.item, o.scale, o.operator, o.order_id,
        o.operation, o.label
    FROM rollup AS o WHERE o.plant = ?1 AND o.generation = ?2 LIMIT 2000)
RETURNING 1
