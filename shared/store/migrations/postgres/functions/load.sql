-- Everything that a Load asks for, as of one moment: what is STABLE sees what the statement that calls it sees. Each part has
-- a plan of its own that is kept, and what is not asked for costs nothing. Lateral queries that cannot be merged keep the
-- planner, which takes a JSON array for a hundred elements, from reading all of a table; and so does what it is told, as plans
-- that were made while a table was small outlive its growth.
CREATE OR REPLACE FUNCTION takt_load(load jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    this_plant CONSTANT BIGINT NOT NULL := (load ->> 'plant')::bigint;
    this_at_ms CONSTANT BIGINT NOT NULL := (load ->> 'at_ms')::bigint;
    plant_found JSONB;
    key_found JSONB;
    session_found JSONB;
    records JSONB := '[]';
    balances JSONB := '[]';
    counters JSONB := '[]';
    receipts JSONB := '[]';
BEGIN
    IF (load ->> 'with_plant')::boolean THEN
        SELECT jsonb_build_object('number', p.number, 'name', p.name, 'time_zone', p.time_zone,
            'shift_calendar', p.shift_calendar, 'settings', p.settings, 'created_ms', p.created_ms) INTO plant_found
        FROM plant AS p WHERE p.number = this_plant;
    END IF;

    IF load #>> '{key,key}' IS NOT NULL THEN
        SELECT jsonb_build_object('fingerprint', k.fingerprint,
            'response', jsonb_build_object('status', k.status, 'body', k.body)) INTO key_found
        FROM idempotency AS k WHERE k.plant = this_plant AND k.user_id = load #>> '{key,user}' AND k.key = load #>> '{key,key}'
            AND k.expires_ms > this_at_ms;
    END IF;

    IF load ->> 'session' IS NOT NULL THEN
        SELECT jsonb_build_object('id', s.id, 'user', s.user_id, 'expires_ms', s.expires_ms) INTO session_found
        FROM session AS s
        WHERE s.plant = this_plant AND s.id = load ->> 'session' AND s.ended_ms IS NULL AND s.expires_ms > this_at_ms;
    END IF;

    IF load #> '{balances_of,0}' IS NOT NULL OR load #> '{free_of,0}' IS NOT NULL OR load #> '{balances_of_order,0}' IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('item', b.item, 'location', b.location, 'lot', b.lot,
            'order', b.order_id, 'quantity', b.quantity, 'bounded', b.bounded, 'version', b.version)
            ORDER BY b.item, b.location, b.lot, b.order_id), '[]') INTO balances
        FROM (SELECT n.* FROM jsonb_array_elements_text(load -> 'balances_of') AS w, LATERAL (SELECT * FROM balance AS a
                WHERE a.plant = this_plant AND a.item = w AND NOT a.is_empty OFFSET 0) AS n
            UNION
            SELECT n.* FROM jsonb_array_elements_text(load -> 'free_of') AS w, LATERAL (SELECT * FROM balance AS a
                WHERE a.plant = this_plant AND a.item = w AND a.order_id = '' AND NOT a.is_empty OFFSET 0) AS n
            UNION
            SELECT n.* FROM jsonb_array_elements_text(load -> 'balances_of_order') AS w, LATERAL (SELECT * FROM balance AS a
                WHERE a.plant = this_plant AND a.order_id = w AND a.order_id <> '' AND NOT a.is_empty OFFSET 0) AS n) AS b;
    END IF;

    -- After the accounts, since what is known of their lots may be asked for too.
    IF load #> '{records,0}' IS NOT NULL OR load #> '{children,0}' IS NOT NULL OR load ->> 'lots' IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state,
            'line', r.line, 'parent', r.parent, 'sort', nullif(r.sort, ''), 'created_ms', r.created_ms,
            'updated_ms', r.updated_ms, 'body', r.body) ORDER BY r.kind, r.sort, r.id), '[]') INTO records
        FROM (SELECT n.* FROM jsonb_array_elements(load -> 'records') AS w, LATERAL (SELECT * FROM record AS o
                WHERE o.plant = this_plant AND o.kind = w ->> 0 AND o.id = w ->> 1 OFFSET 0) AS n
            UNION
            SELECT n.* FROM jsonb_array_elements(load -> 'children') AS w, LATERAL (SELECT * FROM record AS o
                WHERE o.plant = this_plant AND o.kind = w ->> 0 AND o.parent = w ->> 1 OFFSET 0) AS n
            UNION
            SELECT n.* FROM jsonb_array_elements(balances) AS w, LATERAL (SELECT * FROM record AS o
                WHERE o.plant = this_plant AND o.kind = load ->> 'lots'
                    AND o.id = replace(replace(w ->> 'item', '%', '%25'), '/', '%2F') || '/'
                        || replace(replace(w ->> 'lot', '%', '%25'), '/', '%2F') OFFSET 0) AS n
            WHERE load ->> 'lots' IS NOT NULL AND w ->> 'lot' <> '') AS r;
    END IF;

    IF load #> '{counters,0}' IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('scope', c.scope, 'name', c.name, 'value', c.value)
            ORDER BY c.scope, c.name), '[]') INTO counters
        FROM (SELECT DISTINCT w FROM jsonb_array_elements_text(load -> 'counters') AS w) AS w,
            LATERAL (SELECT * FROM counter AS n WHERE n.plant = this_plant AND n.scope = w.w OFFSET 0) AS c;
    END IF;

    IF load #> '{receipts,0}' IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'state', t.state, 'body', t.body)), '[]') INTO receipts
        FROM jsonb_array_elements_text(load -> 'receipts') AS w,
            LATERAL (SELECT * FROM receipt AS n WHERE n.plant = this_plant AND n.id = w OFFSET 0) AS t;
    END IF;

    RETURN jsonb_build_object('plant', plant_found, 'key', key_found, 'session', session_found, 'records', records,
        'balances', balances, 'counters', counters, 'receipts', receipts);
END
$$;
