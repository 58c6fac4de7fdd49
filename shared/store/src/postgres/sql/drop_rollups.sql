-- A piece of a generation; one statement for all of it would keep other writers waiting.
WITH gone AS (DELETE FROM rollup WHERE ctid IN (
    SELECT o.ctid FROM rollup AS o WHERE o.plant = $1::bigint AND o.generation = $2::bigint LIMIT 2000) RETURNING 1)
SELECT count(*)::text FROM gone
