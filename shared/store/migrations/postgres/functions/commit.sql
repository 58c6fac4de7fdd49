-- Books one commit: all of it, or nothing. It knows no rule of production, and is replaced whole with each build.
-- Simple statements, row by row: one that did all of it at once would take longer to start than these take to run.
-- Rows are locked in one order, here and in takt_commit_many: the key, records, accounts, counters, receipts, sums, each by
-- its key. So two commits never wait for each other in a circle. Plans that were made while a table was small outlive its
-- growth, so none of them may read all of one; nor is there a better plan for one document than for another, and making one
-- takes time of its own.
CREATE OR REPLACE FUNCTION takt_commit(doc jsonb) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    this_plant CONSTANT BIGINT NOT NULL := (doc ->> 'plant')::bigint;
    this_at_ms CONSTANT BIGINT NOT NULL := (doc ->> 'at_ms')::bigint;
    this_key CONSTANT JSONB := doc -> 'idempotency';
    this_epoch BIGINT;
    r RECORD;
    found_version BIGINT;
    after BIGINT;
    is_bounded BOOLEAN;
    is_negative BOOLEAN := false;
    from_after BIGINT[] := '{}';
    to_after BIGINT[] := '{}';
BEGIN
    SELECT s.epoch INTO this_epoch FROM takt_schema AS s, plant AS p WHERE p.number = this_plant;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'takt:plant';
    END IF;

    -- A duplicate that runs at the same time waits here for the first one. What is still there and has expired is replaced.
    IF this_key ->> 'key' IS NOT NULL THEN
        INSERT INTO idempotency AS k (plant, user_id, key, fingerprint, status, body, expires_ms)
        VALUES (this_plant, this_key ->> 'user', this_key ->> 'key', this_key ->> 'fingerprint', (this_key ->> 'status')::bigint,
            this_key -> 'body', this_at_ms + 90::bigint * 24 * 3600 * 1000)
        ON CONFLICT (plant, user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, expires_ms = excluded.expires_ms
        WHERE k.expires_ms <= this_at_ms;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'takt:key';
        END IF;
    END IF;

    IF doc ->> 'session' IS NOT NULL THEN
        PERFORM FROM session
        WHERE plant = this_plant AND id = doc ->> 'session' AND ended_ms IS NULL AND expires_ms > this_at_ms;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'takt:session';
        END IF;
    END IF;

    -- An expected record is shared, so that it stays as it is until this is booked.
    FOR r IN
        SELECT e ->> 'kind' COLLATE "C" AS kind, e ->> 'id' COLLATE "C" AS id, true AS writes, (e ->> 'expected')::bigint AS version, e AS doc
        FROM jsonb_array_elements(doc -> 'records') AS e
        UNION ALL
        SELECT e ->> 'kind', e ->> 'id', false, (e ->> 'version')::bigint, e FROM jsonb_array_elements(doc -> 'expect') AS e
        ORDER BY kind, id
    LOOP
        IF NOT r.writes THEN
            SELECT version INTO found_version FROM record
            WHERE plant = this_plant AND kind = r.kind AND id = r.id FOR SHARE;
            IF coalesce(found_version, 0) <> r.version THEN
                RAISE EXCEPTION 'takt:version';
            END IF;
            CONTINUE;
        END IF;
        IF r.version > 0 THEN
            UPDATE record
            SET version = version + 1, state = r.doc ->> 'state', line = r.doc ->> 'line', parent = r.doc ->> 'parent',
                sort = coalesce(r.doc ->> 'sort', ''), search = r.doc ->> 'search', updated_ms = this_at_ms, body = r.doc -> 'body'
            WHERE plant = this_plant AND kind = r.kind AND id = r.id AND version = r.version;
        ELSE
            INSERT INTO record AS o (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
            VALUES (this_plant, r.kind, r.id, 1, r.doc ->> 'state', r.doc ->> 'line', r.doc ->> 'parent',
                coalesce(r.doc ->> 'sort', ''), r.doc ->> 'search', this_at_ms, this_at_ms, r.doc -> 'body')
            ON CONFLICT (plant, kind, id) DO UPDATE
            SET version = o.version + 1, state = excluded.state, line = excluded.line, parent = excluded.parent,
                sort = excluded.sort, search = excluded.search, updated_ms = excluded.updated_ms, body = excluded.body
            WHERE r.version IS NULL;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'takt:version';
        END IF;
        IF r.version IS DISTINCT FROM 0 THEN
            DELETE FROM record_field WHERE plant = this_plant AND kind = r.kind AND id = r.id;
        END IF;
        IF r.doc #> '{fields,0}' IS NOT NULL THEN
            INSERT INTO record_field (plant, kind, id, name, value)
            SELECT DISTINCT this_plant, r.kind, r.id, f ->> 0, f ->> 1 FROM jsonb_array_elements(r.doc -> 'fields') AS f;
        END IF;
    END LOOP;

    IF doc ? 'postings' THEN
        -- Account by account, and on each of them posting by posting. The version is drawn when the account is locked.
        FOR r IN
            SELECT p.n, p.item, p.lot, s.side, s.account ->> 'location' COLLATE "C" AS location,
                s.account ->> 'order' COLLATE "C" AS order_id, (s.account ->> 'bounded')::boolean AS bounded, s.delta
            FROM ROWS FROM (jsonb_to_recordset(doc -> 'postings')
                    AS (item TEXT COLLATE "C", lot TEXT COLLATE "C", "from" JSONB, "to" JSONB, quantity BIGINT))
                    WITH ORDINALITY AS p (item, lot, source, target, quantity, n),
                LATERAL (VALUES ('from', p.source, -p.quantity), ('to', p.target, p.quantity)) AS s (side, account, delta)
            ORDER BY item, location, lot, order_id, n
        LOOP
            UPDATE balance
            SET quantity = quantity + r.delta, bounded = bounded OR r.bounded, version = nextval('posting_seq')
            WHERE plant = this_plant AND item = r.item AND location = r.location AND lot = r.lot AND order_id = r.order_id
            RETURNING quantity, bounded INTO after, is_bounded;
            IF NOT FOUND THEN
                INSERT INTO balance AS b (plant, item, location, lot, order_id, quantity, bounded, version)
                VALUES (this_plant, r.item, r.location, r.lot, r.order_id, r.delta, r.bounded, nextval('posting_seq'))
                ON CONFLICT (plant, item, location, lot, order_id) DO UPDATE
                SET quantity = b.quantity + excluded.quantity, bounded = b.bounded OR excluded.bounded,
                    version = nextval('posting_seq')
                RETURNING quantity, bounded INTO after, is_bounded;
            END IF;
            is_negative := is_negative OR is_bounded AND after < 0;
            IF r.side = 'from' THEN
                from_after[r.n] := after;
            ELSE
                to_after[r.n] := after;
            END IF;
        END LOOP;

        IF jsonb_path_exists(doc, '$.postings[*].reverses ? (@ != null)') THEN
            PERFORM FROM posting WHERE plant = this_plant
                AND reverses = ANY (ARRAY(SELECT e ->> 'reverses' FROM jsonb_array_elements(doc -> 'postings') AS e));
            IF FOUND THEN
                RAISE EXCEPTION 'takt:reversed';
            END IF;
        END IF;

        INSERT INTO posting (seq, epoch, plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
            to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user_id, device,
            source, occurred_ms, booked_ms, reverses)
        SELECT nextval('posting_seq'), this_epoch, this_plant, p.movement, p.id, p.kind, p.item, p.lot,
            p.giving ->> 'location', p.giving ->> 'order', (p.giving ->> 'bounded')::boolean, from_after[p.n],
            p.taking ->> 'location', p.taking ->> 'order', (p.taking ->> 'bounded')::boolean, to_after[p.n],
            p.quantity, p.order_id, p.operation, p.document, p.reason, p.user_id, p.device, p.source, p.occurred_ms,
            this_at_ms, p.reverses
        FROM ROWS FROM (jsonb_to_recordset(doc -> 'postings')
            AS (movement TEXT, id TEXT, kind TEXT, item TEXT, lot TEXT, "from" JSONB, "to" JSONB, quantity BIGINT, "order" TEXT,
                operation TEXT, document TEXT, reason TEXT, "user" TEXT, device TEXT, source TEXT, occurred_ms BIGINT,
                reverses TEXT)) WITH ORDINALITY
            AS p (movement, id, kind, item, lot, giving, taking, quantity, order_id, operation, document, reason, user_id,
                device, source, occurred_ms, reverses, n);
        -- Not before: a malformed posting is called that.
        IF is_negative THEN
            RAISE EXCEPTION 'takt:negative';
        END IF;
    END IF;

    -- Bounds are judged after all changes of this commit.
    FOR r IN
        SELECT scope, name, sum(delta)::bigint AS delta, max(min_after) AS min_after, min(max_after) AS max_after
        FROM jsonb_to_recordset(doc -> 'counters')
            AS c (scope TEXT, name TEXT, delta BIGINT, min_after BIGINT, max_after BIGINT)
        GROUP BY scope, name ORDER BY scope COLLATE "C", name COLLATE "C"
    LOOP
        INSERT INTO counter AS c (plant, scope, name, value) VALUES (this_plant, r.scope, r.name, r.delta)
        ON CONFLICT (plant, scope, name) DO UPDATE SET value = c.value + excluded.value
        RETURNING value INTO after;
        IF after < r.min_after OR after > r.max_after THEN
            RAISE EXCEPTION 'takt:counter';
        END IF;
    END LOOP;

    INSERT INTO event (epoch, plant, id, type, source, subject, time_ms, data)
    SELECT this_epoch, this_plant, e.id, e.type, e.source, e.subject, e.time_ms, e.data
    FROM jsonb_to_recordset(doc -> 'events')
        AS e (id TEXT, type TEXT, source TEXT, subject TEXT, time_ms BIGINT, data JSONB);

    IF doc ? 'sessions' THEN
        UPDATE session AS s SET ended_ms = this_at_ms
        FROM jsonb_array_elements(doc -> 'sessions') AS e
        WHERE s.plant = this_plant AND s.ended_ms IS NULL
            AND (e ->> 'do' = 'end' AND s.id = e ->> 'id' OR e ->> 'do' = 'end_all_of_user' AND s.user_id = e ->> 'user');
        INSERT INTO session (plant, id, user_id, opened_ms, expires_ms)
        SELECT this_plant, e ->> 'id', e ->> 'user', this_at_ms, (e ->> 'expires_ms')::bigint
        FROM jsonb_array_elements(doc -> 'sessions') AS e WHERE e ->> 'do' = 'open';
    END IF;

    IF doc ? 'receipts' THEN
        INSERT INTO receipt (plant, id, state, updated_ms, body)
        SELECT this_plant, e.id, e.state, this_at_ms, e.body
        FROM jsonb_to_recordset(doc -> 'receipts') AS e (id TEXT, state TEXT, body JSONB) ORDER BY e.id COLLATE "C"
        ON CONFLICT (plant, id) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, body = excluded.body;
    END IF;

    IF doc ? 'rollups' THEN
        INSERT INTO rollup AS o (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id,
            operation, label, good, scrap, rework, seconds, count)
        SELECT this_plant, e.generation, e.series, e.bucket_ms, e.shift_date, e.shift, e.line, e.item, e.scale, e.operator,
            e."order", e.operation, e.label, e.good, e.scrap, e.rework, e.seconds, e.count
        FROM jsonb_to_recordset(doc -> 'rollups')
            AS e (generation BIGINT, series TEXT, bucket_ms BIGINT, shift_date TEXT, shift TEXT, line TEXT, item TEXT,
                scale BIGINT, operator TEXT, "order" TEXT, operation BIGINT, label TEXT, good BIGINT, scrap BIGINT,
                rework BIGINT, seconds BIGINT, count BIGINT)
        ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
        ON CONFLICT (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label)
        DO UPDATE
        SET good = o.good + excluded.good, scrap = o.scrap + excluded.scrap, rework = o.rework + excluded.rework,
            seconds = o.seconds + excluded.seconds, count = o.count + excluded.count;
    END IF;

    IF doc ? 'away' THEN
        PERFORM takt_away(this_plant, doc -> 'away');
    END IF;
    IF doc ? 'back' THEN
        PERFORM takt_back(this_plant, doc -> 'back');
    END IF;
END
$$;
