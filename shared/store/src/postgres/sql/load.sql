-- Everything in one statement, and so as of one moment. $1 is the Load as JSON. Lateral queries that cannot be merged keep
-- the planner, which takes a JSON array for a hundred elements, from reading all of a table.
WITH given AS (SELECT q, (q ->> 'plant')::bigint AS plant, (q ->> 'at_ms')::bigint AS at_ms FROM (SELECT $1::text::jsonb AS q) AS g)
SELECT jsonb_build_object(
    'plant', (SELECT jsonb_build_object('number', p.number, 'name', p.name, 'time_zone', p.time_zone,
            'shift_calendar', p.shift_calendar, 'settings', p.settings, 'created_ms', p.created_ms)
        FROM plant AS p WHERE p.number = given.plant AND (q ->> 'with_plant')::boolean),
    'key', (SELECT jsonb_build_object('fingerprint', k.fingerprint,
            'response', jsonb_build_object('status', k.status, 'body', k.body))
        FROM idempotency AS k WHERE k.plant = given.plant AND k.user_id = q #>> '{key,user}' AND k.key = q #>> '{key,key}'
            AND k.expires_ms > at_ms),
    'session', (SELECT jsonb_build_object('id', s.id, 'user', s.user_id, 'expires_ms', s.expires_ms)
        FROM session AS s WHERE s.plant = given.plant AND s.id = q ->> 'session' AND s.ended_ms IS NULL AND s.expires_ms > at_ms),
    'records', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state,
            'line', r.line, 'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms,
            'updated_ms', r.updated_ms, 'body', r.body) ORDER BY r.kind, r.sort, r.id), '[]')
        FROM (SELECT n.* FROM jsonb_array_elements(q -> 'records') AS w, LATERAL (SELECT * FROM record AS r
                    WHERE r.plant = given.plant AND r.kind = w ->> 0 AND r.id = w ->> 1 OFFSET 0) AS n
                UNION
                SELECT n.* FROM jsonb_array_elements(q -> 'children') AS w, LATERAL (SELECT * FROM record AS r
                    WHERE r.plant = given.plant AND r.kind = w ->> 0 AND r.parent = w ->> 1 OFFSET 0) AS n) AS r),
    'balances', (SELECT coalesce(jsonb_agg(jsonb_build_object('item', b.item, 'location', b.location, 'lot', b.lot,
            'order', b.order_id, 'quantity', b.quantity, 'bounded', b.bounded, 'version', b.version)
            ORDER BY b.item, b.location, b.lot, b.order_id), '[]')
        FROM (SELECT n.* FROM jsonb_array_elements_text(q -> 'balances_of') AS w, LATERAL (SELECT * FROM balance AS b
                    WHERE b.plant = given.plant AND b.item = w AND NOT b.is_empty OFFSET 0) AS n
                UNION
                SELECT n.* FROM jsonb_array_elements_text(q -> 'free_of') AS w, LATERAL (SELECT * FROM balance AS b
                    WHERE b.plant = given.plant AND b.item = w AND b.order_id = '' AND NOT b.is_empty OFFSET 0) AS n
                UNION
                SELECT n.* FROM jsonb_array_elements_text(q -> 'balances_of_order') AS w, LATERAL (SELECT * FROM balance AS b
                    WHERE b.plant = given.plant AND b.order_id = w AND b.order_id <> '' AND NOT b.is_empty OFFSET 0) AS n) AS b),
    'counters', (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', c.scope, 'name', c.name, 'value', c.value)
            ORDER BY c.scope, c.name), '[]')
        FROM (SELECT DISTINCT w FROM jsonb_array_elements_text(q -> 'counters') AS w) AS w,
            LATERAL (SELECT * FROM counter AS n WHERE n.plant = given.plant AND n.scope = w.w OFFSET 0) AS c),
    'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'state', t.state, 'body', t.body)), '[]')
        FROM jsonb_array_elements_text(q -> 'receipts') AS w,
            LATERAL (SELECT * FROM receipt AS n WHERE n.plant = given.plant AND n.id = w OFFSET 0) AS t)
)::text
FROM given
