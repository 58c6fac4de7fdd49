-- The oldest rows only, found without an index of their own.
DELETE FROM idempotency
WHERE rowid IN (SELECT o.rowid FROM idempotency AS o ORDER BY o.rowid LIMIT 500) AND expires_ms <= ?1
RETURNING 1
