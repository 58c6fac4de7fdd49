-- Everything in one statement, and so as of one moment. ?1 is the Load as JSON. The parts are put together as text: what a
-- subquery gives counts as text for json_object, and would have to be parsed once more.
WITH found AS MATERIALIZED (
                SELECT n.* FROM json_each(?1, '$.balances_of') AS w
                CROSS JOIN balance AS n INDEXED BY balance_not_zero
                    ON n.plant = ?1 ->> '$.plant' AND n.item = w.value AND n.quantity <> 0
                UNION
                SELECT n.* FROM json_each(?1, '$.free_of') AS w
                CROSS JOIN balance AS n INDEXED BY balance_not_zero
                    ON n.plant = ?1 ->> '$.plant' AND n.item = w.value AND n.order_id = '' AND n.quantity <> 0
                UNION
                SELECT n.* FROM json_each(?1, '$.balances_of_order') AS w
                CROSS JOIN balance AS n INDEXED BY balance_held
                    ON n.plant = ?1 ->> '$.plant' AND n.order_id = w.value AND n.order_id <> '' AND n.quantity <> 0)
SELECT
    '{"plant":' || coalesce((SELECT json_object('number', p.number, 'name', p.name, 'time_zone', p.time_zone,
            'shift_calendar', json(p.shift_calendar), 'settings', json(p.settings), 'created_ms', p.created_ms)
        FROM plant AS p WHERE p.number = ?1 ->> '$.plant' AND ?1 ->> '$.with_plant'), 'null') ||
    ',"key":' || coalesce((SELECT json_object('fingerprint', k.fingerprint,
            'response', json_object('status', k.status, 'body', json(k.body)))
        FROM idempotency AS k WHERE k.plant = ?1 ->> '$.plant' AND k.user = ?1 ->> '$.key.user'
            AND k.key = ?1 ->> '$.key.key' AND k.expires_ms > ?1 ->> '$.at_ms'), 'null') ||
    ',"session":' || coalesce((SELECT json_object('id', s.id, 'user', s.user, 'expires_ms', s.expires_ms)
        FROM session AS s WHERE s.plant = ?1 ->> '$.plant' AND s.id = ?1 ->> '$.session'
            AND s.ended_ms IS NULL AND s.expires_ms > ?1 ->> '$.at_ms'), 'null') ||
    ',"records":' || coalesce((SELECT json_group_array(json_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state,
            'line', r.line, 'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms,
            'updated_ms', r.updated_ms, 'body', json(r.body)))
        FROM (SELECT * FROM record WHERE rowid IN (
                SELECT n.rowid FROM json_each(?1, '$.records') AS w
                CROSS JOIN record AS n ON n.plant = ?1 ->> '$.plant' AND n.kind = w.value ->> 0 AND n.id = w.value ->> 1
                UNION
                SELECT n.rowid FROM json_each(?1, '$.children') AS w
                CROSS JOIN record AS n ON n.plant = ?1 ->> '$.plant' AND n.kind = w.value ->> 0 AND n.parent = w.value ->> 1
                UNION
                SELECT n.rowid FROM found AS w
                CROSS JOIN record AS n ON n.plant = ?1 ->> '$.plant' AND n.kind = ?1 ->> '$.lots'
                    AND n.id = replace(replace(w.item, '%', '%25'), '/', '%2F') || '/' || replace(replace(w.lot, '%', '%25'), '/', '%2F')
                WHERE ?1 ->> '$.lots' IS NOT NULL AND w.lot <> '')
            ORDER BY kind, sort, id) AS r), 'null') ||
    ',"balances":' || coalesce((SELECT json_group_array(json_object('item', b.item, 'location', b.location, 'lot', b.lot,
            'order', b.order_id, 'quantity', b.quantity, 'bounded', json(iif(b.bounded, 'true', 'false')), 'version', b.version))
        FROM (SELECT * FROM found ORDER BY item, location, lot, order_id) AS b), 'null') ||
    ',"counters":' || coalesce((SELECT json_group_array(json_object('scope', c.scope, 'name', c.name, 'value', c.value))
        FROM (SELECT n.* FROM json_each(?1, '$.counters') AS w
            CROSS JOIN counter AS n ON n.plant = ?1 ->> '$.plant' AND n.scope = w.value
            ORDER BY n.scope, n.name) AS c), 'null') ||
    ',"receipts":' || coalesce((SELECT json_group_array(json_object('id', t.id, 'state', t.state, 'body', json(t.body)))
        FROM json_each(?1, '$.receipts') AS w
        CROSS JOIN receipt AS t ON t.plant = ?1 ->> '$.plant' AND t.id = w.value), 'null') ||
    '}'
