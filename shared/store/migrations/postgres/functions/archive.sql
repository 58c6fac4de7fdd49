-- What an order holds goes, and comes back; a part of the commit that takt_commit books. Rows are locked in its order.
CREATE OR REPLACE FUNCTION takt_away(this_plant bigint, away jsonb) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    this_order CONSTANT TEXT COLLATE "C" NOT NULL := away ->> 'order';
    expected CONSTANT BIGINT NOT NULL := (away ->> 'postings')::bigint;
    r RECORD;
    found_version BIGINT;
    done BIGINT;
BEGIN
    FOR r IN SELECT e ->> 'kind' COLLATE "C" AS kind, e ->> 'id' COLLATE "C" AS id, (e ->> 'version')::bigint AS version
        FROM jsonb_array_elements(away -> 'records') AS e ORDER BY kind, id
    LOOP
        SELECT o.version INTO found_version FROM record AS o
        WHERE o.plant = this_plant AND o.kind = r.kind AND o.id = r.id FOR UPDATE;
        IF coalesce(found_version, 0) <> r.version THEN
            RAISE EXCEPTION 'takt:version';
        END IF;
    END LOOP;
    PERFORM FROM jsonb_array_elements(away -> 'children') AS c
    WHERE (c ->> 1)::bigint <> (SELECT count(*) FROM record AS o
        WHERE o.plant = this_plant AND o.kind = c ->> 0 AND o.parent = this_order);
    IF FOUND THEN
        RAISE EXCEPTION 'takt:version';
    END IF;
    PERFORM FROM balance AS b WHERE b.plant = this_plant AND b.order_id = this_order AND b.order_id <> '' AND NOT b.is_empty;
    IF FOUND THEN
        RAISE EXCEPTION 'takt:version';
    END IF;

    INSERT INTO archived (plant, kind, id, order_id)
    SELECT this_plant, e ->> 'kind', e ->> 'id', this_order FROM jsonb_array_elements(away -> 'records') AS e
    UNION ALL
    SELECT DISTINCT this_plant, 'movement', p.movement, this_order
    FROM posting AS p WHERE p.plant = this_plant AND p.order_id = this_order;

    INSERT INTO carried (plant, item, location, lot, order_id, seq, first_seq, delta, after, bounded)
    SELECT this_plant, p.item, s.location, p.lot, s.order_id, p.seq, p.seq, s.delta, s.after, s.bounded
    FROM posting AS p, LATERAL (VALUES (p.from_location, p.from_order, -p.quantity, p.from_after, p.from_bounded),
        (p.to_location, p.to_order, p.quantity, p.to_after, p.to_bounded)) AS s (location, order_id, delta, after, bounded)
    WHERE p.plant = this_plant AND p.order_id = this_order;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> 2 * expected THEN
        RAISE EXCEPTION 'takt:version';
    END IF;
    INSERT INTO carried_flow (plant, order_id, item, lot, source, target, document, quantity)
    SELECT this_plant, this_order, p.item, p.lot, CASE WHEN p.reverses IS NULL THEN p.from_location ELSE p.to_location END,
        CASE WHEN p.reverses IS NULL THEN p.to_location ELSE p.from_location END, coalesce(p.document, ''),
        sum(CASE WHEN p.reverses IS NULL THEN p.quantity ELSE -p.quantity END)
    FROM posting AS p
    WHERE p.plant = this_plant AND p.order_id = this_order AND (left(p.from_location, 1) = '@' OR left(p.to_location, 1) = '@')
    GROUP BY 1, 2, 3, 4, 5, 6, 7;
    -- Each statement sees what was booked until it began: both have to find the same.
    DELETE FROM posting WHERE plant = this_plant AND order_id = this_order;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> expected THEN
        RAISE EXCEPTION 'takt:version';
    END IF;

    DELETE FROM record_field AS f USING jsonb_array_elements(away -> 'records') AS e
    WHERE f.plant = this_plant AND f.kind = e ->> 'kind' AND f.id = e ->> 'id';
    DELETE FROM record AS o USING jsonb_array_elements(away -> 'records') AS e
    WHERE o.plant = this_plant AND o.kind = e ->> 'kind' AND o.id = e ->> 'id';

    PERFORM FROM (SELECT c.name, c.value FROM counter AS c WHERE c.plant = this_plant AND c.scope = this_order ORDER BY c.name FOR UPDATE) AS c
        FULL JOIN (SELECT e ->> 'name' AS name, (e ->> 'value')::bigint AS value FROM jsonb_array_elements(away -> 'counters') AS e) AS e
        ON e.name = c.name WHERE c.value IS DISTINCT FROM e.value;
    IF FOUND THEN
        RAISE EXCEPTION 'takt:version';
    END IF;
    DELETE FROM counter WHERE plant = this_plant AND scope = this_order;
    DELETE FROM receipt WHERE plant = this_plant AND id IN (SELECT jsonb_array_elements_text(away -> 'receipts'));
    INSERT INTO archived (plant, kind, id, order_id)
    SELECT this_plant, 'photo', e, this_order FROM jsonb_array_elements_text(away -> 'photos') AS e;
    DELETE FROM photo WHERE plant = this_plant AND id IN (SELECT jsonb_array_elements_text(away -> 'photos'));
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> coalesce(jsonb_array_length(away -> 'photos'), 0) THEN
        RAISE EXCEPTION 'takt:version';
    END IF;
    UPDATE seal SET state = 'archived'
    WHERE plant = this_plant AND state = 'sealed' AND number IN (SELECT e::bigint FROM jsonb_array_elements_text(away -> 'seals') AS e);
END
$$;

CREATE OR REPLACE FUNCTION takt_back(this_plant bigint, back jsonb) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    this_order CONSTANT TEXT COLLATE "C" NOT NULL := back ->> 'order';
    r RECORD;
    side RECORD;
    run carried%ROWTYPE;
BEGIN
    FOR r IN SELECT e ->> 'kind' COLLATE "C" AS kind, e ->> 'id' COLLATE "C" AS id, (e ->> 'version')::bigint AS version
        FROM jsonb_array_elements(back -> 'instead') AS e ORDER BY kind, id
    LOOP
        DELETE FROM record AS o WHERE o.plant = this_plant AND o.kind = r.kind AND o.id = r.id AND o.version = r.version;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'takt:version';
        END IF;
        DELETE FROM record_field AS f WHERE f.plant = this_plant AND f.kind = r.kind AND f.id = r.id;
    END LOOP;
    PERFORM FROM jsonb_array_elements(back -> 'records') AS e, LATERAL (SELECT FROM record AS o
        WHERE o.plant = this_plant AND o.kind = e ->> 'kind' AND o.id = e ->> 'id' OFFSET 0) AS o;
    IF FOUND THEN
        RAISE EXCEPTION 'takt:version';
    END IF;

    INSERT INTO posting (seq, epoch, xid, plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
        to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user_id, device, source,
        occurred_ms, booked_ms, reverses)
    SELECT (p.row ->> 'seq')::bigint, split_part(p.place, '.', 1)::bigint, split_part(p.place, '.', 2)::xid8, this_plant,
        p.row ->> 'movement', p.row ->> 'id', p.row ->> 'kind', p.row ->> 'item', p.row ->> 'lot',
        p.row #>> '{from,location}', p.row #>> '{from,order}', (p.row #>> '{from,bounded}')::boolean, (p.row ->> 'from_after')::bigint,
        p.row #>> '{to,location}', p.row #>> '{to,order}', (p.row #>> '{to,bounded}')::boolean, (p.row ->> 'to_after')::bigint,
        (p.row ->> 'quantity')::bigint, p.row ->> 'order', p.row ->> 'operation', p.row ->> 'document', p.row ->> 'reason',
        p.row ->> 'user', p.row ->> 'device', p.row ->> 'source', (p.row ->> 'occurred_ms')::bigint,
        (p.row ->> 'booked_ms')::bigint, p.row ->> 'reverses'
    FROM jsonb_to_recordset(back -> 'postings') AS p (place TEXT, "row" JSONB);

    -- What is carried in the place of a posting that comes is cut in two: what was before it, and what comes behind.
    FOR side IN
        SELECT p.item, s.location COLLATE "C" AS location, p.lot, s.order_id COLLATE "C" AS order_id, p.seq, s.delta, s.after
        FROM posting AS p, LATERAL (VALUES (p.from_location, p.from_order, -p.quantity, p.from_after),
            (p.to_location, p.to_order, p.quantity, p.to_after)) AS s (location, order_id, delta, after)
        WHERE p.plant = this_plant AND p.order_id = this_order ORDER BY 1, 2, 3, 4, 5
    LOOP
        SELECT * INTO run FROM carried AS c
        WHERE c.plant = this_plant AND c.item = side.item AND c.location = side.location AND c.lot = side.lot
            AND c.order_id = side.order_id AND c.seq >= side.seq
        ORDER BY c.seq LIMIT 1 FOR UPDATE;
        IF NOT FOUND OR run.first_seq > side.seq THEN
            CONTINUE;
        END IF;
        IF run.first_seq < side.seq THEN
            INSERT INTO carried (plant, item, location, lot, order_id, seq, first_seq, delta, after, bounded)
            VALUES (this_plant, run.item, run.location, run.lot, run.order_id, side.seq - 1, run.first_seq,
                side.after - side.delta - (run.after - run.delta), side.after - side.delta, run.bounded);
        END IF;
        IF side.seq < run.seq THEN
            UPDATE carried AS c SET first_seq = side.seq + 1, delta = run.after - side.after
            WHERE c.plant = this_plant AND c.item = run.item AND c.location = run.location AND c.lot = run.lot
                AND c.order_id = run.order_id AND c.seq = run.seq;
        ELSE
            DELETE FROM carried AS c
            WHERE c.plant = this_plant AND c.item = run.item AND c.location = run.location AND c.lot = run.lot
                AND c.order_id = run.order_id AND c.seq = run.seq;
        END IF;
    END LOOP;

    DELETE FROM archived WHERE plant = this_plant AND order_id = this_order;
    DELETE FROM carried_flow WHERE plant = this_plant AND order_id = this_order;
    INSERT INTO record (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
    SELECT this_plant, e.kind, e.id, e.version, e.state, e.line, e.parent, e.sort, e.search, e.created_ms, e.updated_ms, e.body
    FROM jsonb_to_recordset(back -> 'records') AS e (kind TEXT, id TEXT, version BIGINT, state TEXT, line TEXT, parent TEXT,
        sort TEXT, search TEXT, created_ms BIGINT, updated_ms BIGINT, body JSONB);
    INSERT INTO record_field (plant, kind, id, name, value)
    SELECT this_plant, e ->> 'kind', e ->> 'id', f ->> 0, f ->> 1
    FROM jsonb_array_elements(back -> 'records') AS e, jsonb_array_elements(e -> 'fields') AS f;
    INSERT INTO counter (plant, scope, name, value)
    SELECT this_plant, c.scope, c.name, c.value
    FROM jsonb_to_recordset(back -> 'counters') AS c (scope TEXT, name TEXT, value BIGINT);
    INSERT INTO receipt (plant, id, state, updated_ms, body)
    SELECT this_plant, t.id, t.state, t.updated_ms, t.body
    FROM jsonb_to_recordset(back -> 'receipts') AS t (id TEXT, state TEXT, updated_ms BIGINT, body JSONB);
    INSERT INTO photo (plant, id, media_type, data, "user", at_ms)
    SELECT this_plant, h.id, h.media_type, h.data, h."user", h.at_ms
    FROM jsonb_to_recordset(back -> 'photos') AS h (id TEXT, media_type TEXT, data TEXT, "user" TEXT, at_ms BIGINT)
    ON CONFLICT DO NOTHING;
END
$$;

-- Folds what is carried of one item: rows of an account between which no posting stands become one. Says how many went.
CREATE OR REPLACE FUNCTION takt_fold_carried(this_plant bigint, this_item text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    done BIGINT;
BEGIN
    -- Nobody else folds or brings back what is folded here.
    PERFORM FROM carried WHERE plant = this_plant AND item = this_item FOR UPDATE;
    WITH side AS (
        SELECT c.location, c.lot, c.order_id, c.seq, c.first_seq, c.delta, c.bounded, 0 AS is_posting
        FROM carried AS c WHERE c.plant = this_plant AND c.item = this_item
        UNION ALL
        SELECT s.location, p.lot, s.order_id, p.seq, p.seq, 0, false, 1
        FROM posting AS p, LATERAL (VALUES (p.from_location, p.from_order), (p.to_location, p.to_order)) AS s (location, order_id)
        WHERE p.plant = this_plant AND p.item = this_item
    ), run AS (
        SELECT s.*, sum(s.is_posting) OVER (PARTITION BY s.location, s.lot, s.order_id ORDER BY s.seq) AS run FROM side AS s
    ), folded AS MATERIALIZED (
        SELECT location, lot, order_id, max(seq) AS seq, min(first_seq) AS first_seq, sum(delta)::bigint AS delta,
            bool_or(bounded) AS bounded
        FROM run WHERE is_posting = 0 GROUP BY location, lot, order_id, run HAVING count(*) > 1
    ), gone AS (
        DELETE FROM carried AS c USING folded AS f
        WHERE c.plant = this_plant AND c.item = this_item AND c.location = f.location AND c.lot = f.lot AND c.order_id = f.order_id
            AND c.seq >= f.first_seq AND c.seq < f.seq
        RETURNING 1
    ), kept AS (
        UPDATE carried AS c SET first_seq = f.first_seq, delta = f.delta, bounded = f.bounded FROM folded AS f
        WHERE c.plant = this_plant AND c.item = this_item AND c.location = f.location AND c.lot = f.lot AND c.order_id = f.order_id
            AND c.seq = f.seq
        RETURNING 1
    )
    SELECT count(*) INTO done FROM gone;
    RETURN done;
END
$$;
