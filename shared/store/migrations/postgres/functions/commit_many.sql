-- Books a batch of commits: all of it, or nothing, each step once for all of them. What it means is what takt_commit does
-- with one after another, and rows are locked in the same order. What a batch cannot decide as one raises takt:batch, and is
-- then booked one at a time.
--
-- The planner takes a JSON array for a hundred elements, so it would rather read all of a table than look up a few of its
-- rows. Where a table is joined to the batch, a lateral query that cannot be merged, or a scalar one, leaves it no choice.

-- Compiling takes fifty times as long as booking a report.
CREATE OR REPLACE FUNCTION takt_commit_many(docs jsonb) RETURNS void LANGUAGE plpgsql SET jit = off SET enable_seqscan = off SET enable_nestloop = off AS $$
DECLARE
    this_epoch BIGINT;
    kinds RECORD;
    done BIGINT;
    r RECORD;
    found_version BIGINT;
    wrong BOOLEAN;
BEGIN
    IF jsonb_path_exists(docs, '$[*].sessions[*]') OR jsonb_path_exists(docs, '$[*].away') OR jsonb_path_exists(docs, '$[*].back') THEN
        RAISE EXCEPTION 'takt:batch';
    END IF;

    IF EXISTS (SELECT FROM jsonb_array_elements(docs) AS d
        WHERE (SELECT p.number FROM plant AS p WHERE p.number = (d ->> 'plant')::bigint) IS NULL) THEN
        RAISE EXCEPTION 'takt:plant';
    END IF;

    -- A duplicate that runs at the same time waits here for the first one. What is still there and has expired is replaced.
    WITH given AS (
        SELECT (d ->> 'plant')::bigint AS plant, d #>> '{idempotency,user}' AS user_id, d #>> '{idempotency,key}' AS key,
            d #>> '{idempotency,fingerprint}' AS fingerprint, (d #>> '{idempotency,status}')::bigint AS status,
            d #> '{idempotency,body}' AS body, (d ->> 'at_ms')::bigint AS at_ms
        FROM jsonb_array_elements(docs) AS d WHERE d #>> '{idempotency,key}' IS NOT NULL
    ), written AS (
        INSERT INTO idempotency AS k (plant, user_id, key, fingerprint, status, body, expires_ms)
        SELECT plant, user_id, key, fingerprint, status, body, at_ms + 90::bigint * 24 * 3600 * 1000
        FROM given ORDER BY plant, user_id COLLATE "C", key COLLATE "C"
        ON CONFLICT (plant, user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, expires_ms = excluded.expires_ms
        WHERE k.expires_ms <= excluded.expires_ms - 90::bigint * 24 * 3600 * 1000
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM given) <> (SELECT count(*) FROM written) INTO wrong;
    IF wrong THEN
        RAISE EXCEPTION 'takt:key';
    END IF;

    IF EXISTS (SELECT FROM jsonb_array_elements(docs) AS d
        WHERE d ->> 'session' IS NOT NULL
            AND (SELECT s.id FROM session AS s WHERE s.plant = (d ->> 'plant')::bigint AND s.id = d ->> 'session'
                AND s.ended_ms IS NULL AND s.expires_ms > (d ->> 'at_ms')::bigint) IS NULL) THEN
        RAISE EXCEPTION 'takt:session';
    END IF;

    FOR kinds IN
        SELECT u.plant, u.kind, bool_and(u.is_new) AS are_new, count(*) AS count FROM (
        SELECT (d ->> 'plant')::bigint AS plant, e ->> 'kind' COLLATE "C" AS kind, e ->> 'expected' = '0' AS is_new
        FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'records') AS e
        UNION ALL
        SELECT (d ->> 'plant')::bigint, e ->> 'kind', false
        FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'expect') AS e
        ) AS u
        GROUP BY u.plant, u.kind ORDER BY u.plant, u.kind
    LOOP
        IF kinds.are_new THEN
            INSERT INTO record (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
            SELECT kinds.plant, kinds.kind, e ->> 'id' COLLATE "C", 1, e ->> 'state', e ->> 'line', e ->> 'parent',
                coalesce(e ->> 'sort', ''), e ->> 'search', (d ->> 'at_ms')::bigint, (d ->> 'at_ms')::bigint, e -> 'body'
            FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'records') AS e
            WHERE (d ->> 'plant')::bigint = kinds.plant AND e ->> 'kind' = kinds.kind
            ORDER BY 3
            ON CONFLICT (plant, kind, id) DO NOTHING;
            GET DIAGNOSTICS done = ROW_COUNT;
            IF done <> kinds.count THEN
                RAISE EXCEPTION 'takt:version';
            END IF;
            INSERT INTO record_field (plant, kind, id, name, value)
            SELECT DISTINCT kinds.plant, kinds.kind, e ->> 'id', f ->> 0, f ->> 1
            FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'records') AS e,
                jsonb_array_elements(e -> 'fields') AS f
            WHERE (d ->> 'plant')::bigint = kinds.plant AND e ->> 'kind' = kinds.kind;
            CONTINUE;
        END IF;

        -- Version by version. An expected record is shared, so that it stays as it is until this is booked.
        FOR r IN
            SELECT * FROM (
            SELECT d.ordinality AS n, (d.value ->> 'at_ms')::bigint AS at_ms, e ->> 'id' COLLATE "C" AS id, true AS writes,
                (e ->> 'expected')::bigint AS version, e AS doc
            FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'records') AS e
            WHERE (d.value ->> 'plant')::bigint = kinds.plant AND e ->> 'kind' = kinds.kind
            UNION ALL
            SELECT d.ordinality, (d.value ->> 'at_ms')::bigint, e ->> 'id', false, (e ->> 'version')::bigint, e
            FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'expect') AS e
            WHERE (d.value ->> 'plant')::bigint = kinds.plant AND e ->> 'kind' = kinds.kind
            ) AS u
            ORDER BY u.id, u.n
        LOOP
            IF NOT r.writes THEN
                SELECT version INTO found_version FROM record WHERE plant = kinds.plant AND kind = kinds.kind AND id = r.id FOR SHARE;
                IF coalesce(found_version, 0) <> r.version THEN
                    RAISE EXCEPTION 'takt:version';
                END IF;
                CONTINUE;
            END IF;
            IF r.version > 0 THEN
                UPDATE record
                SET version = version + 1, state = r.doc ->> 'state', line = r.doc ->> 'line', parent = r.doc ->> 'parent',
                    sort = coalesce(r.doc ->> 'sort', ''), search = r.doc ->> 'search', updated_ms = r.at_ms, body = r.doc -> 'body'
                WHERE plant = kinds.plant AND kind = kinds.kind AND id = r.id AND version = r.version;
            ELSE
                INSERT INTO record AS o (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
                VALUES (kinds.plant, kinds.kind, r.id, 1, r.doc ->> 'state', r.doc ->> 'line', r.doc ->> 'parent',
                    coalesce(r.doc ->> 'sort', ''), r.doc ->> 'search', r.at_ms, r.at_ms, r.doc -> 'body')
                ON CONFLICT (plant, kind, id) DO UPDATE
                SET version = o.version + 1, state = excluded.state, line = excluded.line, parent = excluded.parent,
                    sort = excluded.sort, search = excluded.search, updated_ms = excluded.updated_ms, body = excluded.body
                WHERE r.version IS NULL;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'takt:version';
            END IF;
            DELETE FROM record_field WHERE plant = kinds.plant AND kind = kinds.kind AND id = r.id;
            INSERT INTO record_field (plant, kind, id, name, value)
            SELECT DISTINCT kinds.plant, kinds.kind, r.id, f ->> 0, f ->> 1 FROM jsonb_array_elements(r.doc -> 'fields') AS f;
        END LOOP;
    END LOOP;

    SELECT epoch INTO this_epoch FROM takt_schema;

    IF jsonb_path_exists(docs, '$[*].postings[*]') THEN
        IF EXISTS (SELECT FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'postings') AS e
            WHERE e ->> 'reverses' IS NOT NULL AND (SELECT p.seq FROM posting AS p
                WHERE p.plant = (d ->> 'plant')::bigint AND p.reverses = e ->> 'reverses') IS NOT NULL) THEN
            RAISE EXCEPTION 'takt:reversed';
        END IF;

        -- What an account holds after each posting follows from what it holds after all of them. Versions and numbers are
        -- drawn when the accounts are locked.
        WITH given AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY d.ordinality, e.ordinality) AS n, (d.value ->> 'plant')::bigint AS plant,
                (d.value ->> 'at_ms')::bigint AS at_ms, e.value AS doc
            FROM jsonb_array_elements(docs) WITH ORDINALITY AS d,
                jsonb_array_elements(d.value -> 'postings') WITH ORDINALITY AS e
        ), side AS MATERIALIZED (
            SELECT g.n, s.side, g.plant, g.doc ->> 'item' COLLATE "C" AS item, s.account ->> 'location' COLLATE "C" AS location,
                g.doc ->> 'lot' COLLATE "C" AS lot, s.account ->> 'order' COLLATE "C" AS order_id,
                (s.account ->> 'bounded')::boolean AS bounded, s.sign * (g.doc ->> 'quantity')::bigint AS delta
            FROM given AS g, LATERAL (VALUES ('from', g.doc -> 'from', -1), ('to', g.doc -> 'to', 1)) AS s (side, account, sign)
        ), summed AS (
            INSERT INTO balance AS b (plant, item, location, lot, order_id, quantity, bounded, version)
            SELECT plant, item, location, lot, order_id, sum(delta)::bigint, bool_or(bounded), nextval('posting_seq')
            FROM side GROUP BY plant, item, location, lot, order_id ORDER BY plant, item, location, lot, order_id
            ON CONFLICT (plant, item, location, lot, order_id) DO UPDATE
            SET quantity = b.quantity + excluded.quantity, bounded = b.bounded OR excluded.bounded,
                version = nextval('posting_seq')
            RETURNING plant, item, location, lot, order_id, quantity, bounded
        ), run AS MATERIALIZED (
            SELECT s.n, s.side, b.bounded, (b.quantity - coalesce(sum(s.delta) OVER later, 0))::bigint AS after
            FROM side AS s JOIN summed AS b USING (plant, item, location, lot, order_id)
            WINDOW later AS (PARTITION BY s.plant, s.item, s.location, s.lot, s.order_id ORDER BY s.n
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
        ), booked AS (
            INSERT INTO posting (seq, epoch, plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
                to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user_id, device,
                source, occurred_ms, booked_ms, reverses)
            SELECT nextval('posting_seq'), this_epoch, o.* FROM (
                SELECT g.plant, g.doc ->> 'movement', g.doc ->> 'id', g.doc ->> 'kind', g.doc ->> 'item', g.doc ->> 'lot',
                    g.doc #>> '{from,location}', g.doc #>> '{from,order}', (g.doc #>> '{from,bounded}')::boolean, f.after AS from_after,
                    g.doc #>> '{to,location}', g.doc #>> '{to,order}', (g.doc #>> '{to,bounded}')::boolean, t.after AS to_after,
                    (g.doc ->> 'quantity')::bigint, g.doc ->> 'order', g.doc ->> 'operation', g.doc ->> 'document',
                    g.doc ->> 'reason', g.doc ->> 'user', g.doc ->> 'device', g.doc ->> 'source',
                    (g.doc ->> 'occurred_ms')::bigint, g.at_ms, g.doc ->> 'reverses'
                FROM given AS g
                JOIN run AS f ON f.n = g.n AND f.side = 'from'
                JOIN run AS t ON t.n = g.n AND t.side = 'to'
                ORDER BY g.n) AS o
        )
        SELECT EXISTS (SELECT FROM run WHERE bounded AND after < 0) INTO wrong;
        IF wrong THEN
            RAISE EXCEPTION 'takt:negative';
        END IF;
    END IF;

    IF jsonb_path_exists(docs, '$[*].counters[*]') THEN
        -- Bounds are judged after all changes of one commit: rows of one commit are peers in the window.
        WITH given AS MATERIALIZED (
            SELECT d.ordinality AS n, (d.value ->> 'plant')::bigint AS plant, e ->> 'scope' COLLATE "C" AS scope,
                e ->> 'name' COLLATE "C" AS name, (e ->> 'delta')::bigint AS delta, (e ->> 'min_after')::bigint AS min_after,
                (e ->> 'max_after')::bigint AS max_after
            FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'counters') AS e
        ), counted AS (
            INSERT INTO counter AS c (plant, scope, name, value)
            SELECT plant, scope, name, sum(delta)::bigint FROM given GROUP BY plant, scope, name ORDER BY plant, scope, name
            ON CONFLICT (plant, scope, name) DO UPDATE SET value = c.value + excluded.value
            RETURNING plant, scope, name, value
        ), run AS (
            SELECT g.min_after, g.max_after, c.value - sum(g.delta) OVER whole + sum(g.delta) OVER so_far AS after
            FROM given AS g JOIN counted AS c USING (plant, scope, name)
            WINDOW whole AS (PARTITION BY g.plant, g.scope, g.name),
                so_far AS (PARTITION BY g.plant, g.scope, g.name ORDER BY g.n)
        )
        SELECT EXISTS (SELECT FROM run WHERE after < min_after OR after > max_after) INTO wrong;
        IF wrong THEN
            RAISE EXCEPTION 'takt:counter';
        END IF;
    END IF;

    INSERT INTO event (epoch, plant, id, type, source, subject, time_ms, data)
    SELECT this_epoch, (d.value ->> 'plant')::bigint, e.value ->> 'id', e.value ->> 'type', e.value ->> 'source',
        e.value ->> 'subject', (e.value ->> 'time_ms')::bigint, e.value -> 'data'
    FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'events') WITH ORDINALITY AS e
    ORDER BY d.ordinality, e.ordinality;

    INSERT INTO receipt (plant, id, state, updated_ms, body)
    SELECT (d ->> 'plant')::bigint, e ->> 'id' COLLATE "C", e ->> 'state', (d ->> 'at_ms')::bigint, e -> 'body'
    FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'receipts') AS e
    ORDER BY 1, 2
    ON CONFLICT (plant, id) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, body = excluded.body;

    IF jsonb_path_exists(docs, '$[*].rollups[*]') THEN
        INSERT INTO rollup AS o (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id,
            operation, label, good, scrap, rework, seconds, count)
        SELECT (d ->> 'plant')::bigint, (e ->> 'generation')::bigint, e ->> 'series', (e ->> 'bucket_ms')::bigint,
            e ->> 'shift_date', e ->> 'shift', e ->> 'line', e ->> 'item', (e ->> 'scale')::bigint, e ->> 'operator',
            e ->> 'order', (e ->> 'operation')::bigint, e ->> 'label', sum((e ->> 'good')::bigint)::bigint,
            sum((e ->> 'scrap')::bigint)::bigint, sum((e ->> 'rework')::bigint)::bigint,
            sum((e ->> 'seconds')::bigint)::bigint, sum((e ->> 'count')::bigint)::bigint
        FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'rollups') AS e
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
        ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
        ON CONFLICT (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label)
        DO UPDATE
        SET good = o.good + excluded.good, scrap = o.scrap + excluded.scrap, rework = o.rework + excluded.rework,
            seconds = o.seconds + excluded.seconds, count = o.count + excluded.count;
    END IF;
END
$$;
