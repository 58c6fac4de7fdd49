-- $1 seconds after which a transaction is long. Who may not see the statements of others is told so by the server itself.
WITH known AS (
    SELECT a.pid, a.usename, a.application_name, a.state, a.query, a.xact_start, a.wait_event_type, pg_blocking_pids(a.pid) AS blocked_by
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
)
SELECT jsonb_build_object('now_ms', (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
    'size_bytes', pg_database_size(current_database()),
    'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    'connections_max', current_setting('max_connections')::bigint,
    'sessions', coalesce((SELECT jsonb_agg(jsonb_build_object('pid', k.pid, 'user', coalesce(k.usename, ''),
        'application', coalesce(k.application_name, ''), 'state', coalesce(k.state, ''), 'query', left(coalesce(k.query, ''), 120),
        'transaction_s', coalesce(floor(extract(epoch FROM clock_timestamp() - k.xact_start)), 0)::bigint,
        'blocked_by', to_jsonb(k.blocked_by),
        'blocks', (SELECT count(*) FROM known AS o WHERE k.pid = ANY (o.blocked_by))) ORDER BY k.xact_start, k.pid)
        FROM known AS k
        WHERE k.xact_start < clock_timestamp() - make_interval(secs => $1::bigint)
            OR cardinality(k.blocked_by) > 0
            OR EXISTS (SELECT FROM known AS o WHERE k.pid = ANY (o.blocked_by))), '[]'))::text
