WITH sessions AS (DELETE FROM session WHERE expires_ms <= $1::bigint),
gone AS (DELETE FROM idempotency WHERE ctid IN (
    SELECT o.ctid FROM idempotency AS o WHERE o.expires_ms <= $1::bigint ORDER BY o.expires_ms LIMIT 500) RETURNING 1)
SELECT count(*)::text FROM gone
