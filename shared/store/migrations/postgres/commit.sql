-- Books a batch of commits: all of it, or nothing. It knows no rule of production, and is replaced whole with each build.
-- Rows are locked in one order: keys, records, accounts, counters, sums, each by its key. So two batches never wait for each
-- other in a circle. What a batch cannot decide as one raises takt:batch, and is then booked one at a time.
--
-- The planner takes a JSON array for a hundred elements, so it would rather read all of a table than look up a few of its
-- rows. Where a table is joined to the batch, a lateral query that cannot be merged, or a scalar one, leaves it no choice.

-- Compiling takes fifty times as long as booking a report.
CREATE OR REPLACE FUNCTION takt_commit(docs jsonb) RETURNS void LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    this_epoch BIGINT;
    r RECORD;
    found_version BIGINT;
    wrong BOOLEAN;
BEGIN
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

    -- Version by version. An expected record is shared, so that it stays as it is until this is booked.
    FOR r IN
        SELECT * FROM (
        SELECT d.ordinality AS n, (d.value ->> 'plant')::bigint AS plant, (d.value ->> 'at_ms')::bigint AS at_ms,
            e ->> 'kind' AS kind, e ->> 'id' AS id, true AS writes, (e ->> 'expected')::bigint AS version, e AS doc
        FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'records') AS e
        UNION ALL
        SELECT d.ordinality, (d.value ->> 'plant')::bigint, (d.value ->> 'at_ms')::bigint, e ->> 'kind', e ->> 'id', false,
            (e ->> 'version')::bigint, e
        FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'expect') AS e
        ) AS u
        ORDER BY u.plant, u.kind COLLATE "C", u.id COLLATE "C", u.n
    LOOP
        IF NOT r.writes THEN
            SELECT version INTO found_version FROM record WHERE plant = r.plant AND kind = r.kind AND id = r.id FOR SHARE;
            IF coalesce(found_version, 0) <> r.version THEN
                RAISE EXCEPTION 'takt:version';
            END IF;
            CONTINUE;
        END IF;
        IF r.version > 0 THEN
            UPDATE record
            SET version = version + 1, state = r.doc ->> 'state', line = r.doc ->> 'line', parent = r.doc ->> 'parent',
                sort = coalesce(r.doc ->> 'sort', ''), search = r.doc ->> 'search', updated_ms = r.at_ms, body = r.doc -> 'body'
            WHERE plant = r.plant AND kind = r.kind AND id = r.id AND version = r.version;
        ELSE
            INSERT INTO record AS o (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
            VALUES (r.plant, r.kind, r.id, 1, r.doc ->> 'state', r.doc ->> 'line', r.doc ->> 'parent',
                coalesce(r.doc ->> 'sort', ''), r.doc ->> 'search', r.at_ms, r.at_ms, r.doc -> 'body')
            ON CONFLICT (plant, kind, id) DO UPDATE
            SET version = o.version + 1, state = excluded.state, line = excluded.line, parent = excluded.parent,
                sort = excluded.sort, search = excluded.search, updated_ms = excluded.updated_ms, body = excluded.body
            WHERE r.version IS NULL;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'takt:version';
        END IF;
        DELETE FROM record_field WHERE plant = r.plant AND kind = r.kind AND id = r.id;
        INSERT INTO record_field (plant, kind, id, name, value)
        SELECT DISTINCT r.plant, r.kind, r.id, f ->> 0, f ->> 1 FROM jsonb_array_elements(r.doc -> 'fields') AS f;
    END LOOP;

    SELECT epoch INTO this_epoch FROM takt_schema;

    IF jsonb_path_exists(docs, '$[*].postings[*]') THEN
        IF EXISTS (SELECT FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'postings') AS e
            WHERE e ->> 'reverses' IS NOT NULL AND (SELECT p.seq FROM posting AS p
                WHERE p.plant = (d ->> 'plant')::bigint AND p.reverses = e ->> 'reverses') IS NOT NULL) THEN
            RAISE EXCEPTION 'takt:reversed';
        END IF;

        -- Every account is there and locked before its balance is read.
        INSERT INTO balance (plant, item, location, lot, order_id, quantity, bounded, version)
        SELECT DISTINCT (d ->> 'plant')::bigint AS plant, e ->> 'item' COLLATE "C" AS item,
            e #>> ARRAY[side, 'location'] COLLATE "C" AS location, e ->> 'lot' COLLATE "C" AS lot,
            e #>> ARRAY[side, 'order'] COLLATE "C" AS order_id, 0, false, 0
        FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'postings') AS e, unnest(ARRAY['from', 'to']) AS side
        ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT DO NOTHING;

        PERFORM FROM (SELECT DISTINCT (d ->> 'plant')::bigint AS plant, e ->> 'item' COLLATE "C" AS item,
                e #>> ARRAY[side, 'location'] COLLATE "C" AS location, e ->> 'lot' COLLATE "C" AS lot,
                e #>> ARRAY[side, 'order'] COLLATE "C" AS order_id
            FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'postings') AS e,
                unnest(ARRAY['from', 'to']) AS side
            ORDER BY 1, 2, 3, 4, 5) AS a,
            LATERAL (SELECT FROM balance AS b WHERE b.plant = a.plant AND b.item = a.item AND b.location = a.location
                AND b.lot = a.lot AND b.order_id = a.order_id FOR NO KEY UPDATE) AS locked;

        WITH given AS MATERIALIZED (
            SELECT nextval('posting_seq') AS seq, g.* FROM (
                SELECT (d.value ->> 'plant')::bigint AS plant, (d.value ->> 'at_ms')::bigint AS at_ms, e.value AS doc
                FROM jsonb_array_elements(docs) WITH ORDINALITY AS d,
                    jsonb_array_elements(d.value -> 'postings') WITH ORDINALITY AS e
                ORDER BY d.ordinality, e.ordinality) AS g
        ), side AS MATERIALIZED (
            SELECT seq, side, plant, doc ->> 'item' AS item, doc #>> ARRAY[side, 'location'] AS location, doc ->> 'lot' AS lot,
                doc #>> ARRAY[side, 'order'] AS order_id, (doc #>> ARRAY[side, 'bounded'])::boolean AS bounded,
                CASE side WHEN 'from' THEN -(doc ->> 'quantity')::bigint ELSE (doc ->> 'quantity')::bigint END AS delta
            FROM given, unnest(ARRAY['from', 'to']) AS side
        ), run AS MATERIALIZED (
            SELECT s.seq, s.side, (b.quantity + sum(s.delta) OVER account)::bigint AS after,
                b.bounded OR bool_or(s.bounded) OVER account AS bounded
            FROM side AS s, LATERAL (SELECT b.quantity, b.bounded FROM balance AS b
                WHERE b.plant = s.plant AND b.item = s.item AND b.location = s.location AND b.lot = s.lot
                    AND b.order_id = s.order_id OFFSET 0) AS b
            WINDOW account AS (PARTITION BY s.plant, s.item, s.location, s.lot, s.order_id ORDER BY s.seq)
        ), booked AS (
            INSERT INTO posting (seq, epoch, plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
                to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user_id, device,
                source, occurred_ms, booked_ms, reverses)
            SELECT g.seq, this_epoch, g.plant, g.doc ->> 'movement', g.doc ->> 'id', g.doc ->> 'kind', g.doc ->> 'item', g.doc ->> 'lot',
                g.doc #>> '{from,location}', g.doc #>> '{from,order}', (g.doc #>> '{from,bounded}')::boolean, f.after,
                g.doc #>> '{to,location}', g.doc #>> '{to,order}', (g.doc #>> '{to,bounded}')::boolean, t.after,
                (g.doc ->> 'quantity')::bigint, g.doc ->> 'order', g.doc ->> 'operation', g.doc ->> 'document', g.doc ->> 'reason',
                g.doc ->> 'user', g.doc ->> 'device', g.doc ->> 'source', (g.doc ->> 'occurred_ms')::bigint, g.at_ms,
                g.doc ->> 'reverses'
            FROM given AS g
            JOIN run AS f ON f.seq = g.seq AND f.side = 'from'
            JOIN run AS t ON t.seq = g.seq AND t.side = 'to'
            ORDER BY g.seq
        ), summed AS (
            -- All of them are there.
            INSERT INTO balance AS b (plant, item, location, lot, order_id, quantity, bounded, version)
            SELECT plant, item, location, lot, order_id, sum(delta)::bigint, bool_or(bounded), max(seq)
            FROM side GROUP BY plant, item, location, lot, order_id
            ON CONFLICT (plant, item, location, lot, order_id) DO UPDATE
            SET quantity = b.quantity + excluded.quantity, bounded = b.bounded OR excluded.bounded, version = excluded.version
        )
        SELECT EXISTS (SELECT FROM run WHERE bounded AND after < 0) INTO wrong;
        IF wrong THEN
            RAISE EXCEPTION 'takt:negative';
        END IF;
    END IF;

    IF jsonb_path_exists(docs, '$[*].counters[*]') THEN
        INSERT INTO counter (plant, scope, name, value)
        SELECT DISTINCT (d ->> 'plant')::bigint, e ->> 'scope' COLLATE "C", e ->> 'name' COLLATE "C", 0
        FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'counters') AS e
        ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING;

        PERFORM FROM (SELECT DISTINCT (d ->> 'plant')::bigint AS plant, e ->> 'scope' COLLATE "C" AS scope,
                e ->> 'name' COLLATE "C" AS name
            FROM jsonb_array_elements(docs) AS d, jsonb_array_elements(d -> 'counters') AS e
            ORDER BY 1, 2, 3) AS a,
            LATERAL (SELECT FROM counter AS c WHERE c.plant = a.plant AND c.scope = a.scope AND c.name = a.name
                FOR NO KEY UPDATE) AS locked;

        -- Bounds are judged after all changes of one commit: rows of one commit are peers in the window.
        WITH given AS MATERIALIZED (
            SELECT d.ordinality AS n, (d.value ->> 'plant')::bigint AS plant, e ->> 'scope' AS scope, e ->> 'name' AS name,
                (e ->> 'delta')::bigint AS delta, (e ->> 'min_after')::bigint AS min_after, (e ->> 'max_after')::bigint AS max_after
            FROM jsonb_array_elements(docs) WITH ORDINALITY AS d, jsonb_array_elements(d.value -> 'counters') AS e
        ), run AS MATERIALIZED (
            SELECT g.min_after, g.max_after,
                c.value + sum(g.delta) OVER (PARTITION BY g.plant, g.scope, g.name ORDER BY g.n) AS after
            FROM given AS g, LATERAL (SELECT c.value FROM counter AS c
                WHERE c.plant = g.plant AND c.scope = g.scope AND c.name = g.name OFFSET 0) AS c
        ), counted AS (
            INSERT INTO counter AS c (plant, scope, name, value)
            SELECT plant, scope, name, sum(delta)::bigint FROM given GROUP BY plant, scope, name
            ON CONFLICT (plant, scope, name) DO UPDATE SET value = c.value + excluded.value
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

    IF jsonb_path_exists(docs, '$[*].sessions[*]') THEN
        IF jsonb_array_length(docs) > 1 THEN
            RAISE EXCEPTION 'takt:batch';
        END IF;
        UPDATE session AS s SET ended_ms = (docs #>> '{0,at_ms}')::bigint
        FROM jsonb_array_elements(docs #> '{0,sessions}') AS e
        WHERE s.plant = (docs #>> '{0,plant}')::bigint AND s.ended_ms IS NULL
            AND (e ->> 'do' = 'end' AND s.id = e ->> 'id' OR e ->> 'do' = 'end_all_of_user' AND s.user_id = e ->> 'user');
        INSERT INTO session (plant, id, user_id, opened_ms, expires_ms)
        SELECT (docs #>> '{0,plant}')::bigint, e ->> 'id', e ->> 'user', (docs #>> '{0,at_ms}')::bigint, (e ->> 'expires_ms')::bigint
        FROM jsonb_array_elements(docs #> '{0,sessions}') AS e WHERE e ->> 'do' = 'open';
    END IF;

    INSERT INTO receipt (plant, id, state, updated_ms, body)
    SELECT (d ->> 'plant')::bigint, e ->> 'id', e ->> 'state', (d ->> 'at_ms')::bigint, e -> 'body'
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
