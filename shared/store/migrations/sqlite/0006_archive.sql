-- Schema 6: the archive. What an order holds goes out of the store in one commit, and may come back in one.

-- What has gone, by the kind of its record or as a movement, and the order that it went with.
CREATE TABLE IF NOT EXISTS archived (
    plant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (plant, kind, id, order_id)
) STRICT, WITHOUT ROWID
--;;
CREATE INDEX IF NOT EXISTS archived_by_order ON archived (plant, order_id)
--;;
-- What postings that have gone did to an account: from the place first_seq to seq, delta altogether, which left it at after. So the
-- rest of the ledger adds up as before, and each posting in it still follows from what was there before it.
CREATE TABLE IF NOT EXISTS carried (
    plant INTEGER NOT NULL,
    item TEXT NOT NULL,
    location TEXT NOT NULL,
    lot TEXT NOT NULL,
    order_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    after INTEGER NOT NULL,
    bounded INTEGER NOT NULL,
    PRIMARY KEY (plant, item, location, lot, order_id, seq)
) STRICT, WITHOUT ROWID
--;;
-- What came from virtual places for an order that has gone, and went there, without what was taken back: for traces.
CREATE TABLE IF NOT EXISTS carried_flow (
    plant INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    item TEXT NOT NULL,
    lot TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    document TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (plant, order_id, item, lot, source, target, document)
) STRICT, WITHOUT ROWID
--;;
CREATE INDEX IF NOT EXISTS carried_flow_by_lot ON carried_flow (plant, item, lot) WHERE lot <> ''
--;;
-- A posting goes only after it has been entered as gone.
DROP TRIGGER IF EXISTS posting_never_goes
--;;
CREATE TRIGGER IF NOT EXISTS posting_never_goes BEFORE DELETE ON posting
WHEN NOT EXISTS (SELECT 1 FROM archived AS a
    WHERE a.plant = OLD.plant AND a.kind = 'movement' AND a.id = OLD.movement AND a.order_id = OLD.order_id)
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;
-- Beside the trigger that books everything else, which touches nothing of what goes or comes: which of them is first does not matter.
CREATE TRIGGER IF NOT EXISTS commit_doc_away INSTEAD OF INSERT ON commit_doc WHEN NEW.doc ->> '$.away' IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'takt:version')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.away.records') AS e
            WHERE e.value ->> '$.version' <> coalesce((SELECT r.version FROM record AS r
                WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = e.value ->> '$.kind' AND r.id = e.value ->> '$.id'), 0))
        OR EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.away.children') AS c
            WHERE c.value ->> 1 <> (SELECT count(*) FROM record AS r
                WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = c.value ->> 0 AND r.parent = NEW.doc ->> '$.away.order'))
        OR NEW.doc ->> '$.away.postings' <> (SELECT count(*) FROM posting AS p
            WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.away.order')
        OR json_array_length(NEW.doc, '$.away.counters') <> (SELECT count(*) FROM counter AS k
            WHERE k.plant = NEW.doc ->> '$.plant' AND k.scope = NEW.doc ->> '$.away.order')
        OR EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.away.counters') AS c
            WHERE NOT EXISTS (SELECT 1 FROM counter AS k WHERE k.plant = NEW.doc ->> '$.plant'
                AND k.scope = NEW.doc ->> '$.away.order' AND k.name = c.value ->> '$.name' AND k.value = c.value ->> '$.value'))
        OR EXISTS (SELECT 1 FROM balance AS b
            WHERE b.plant = NEW.doc ->> '$.plant' AND b.order_id = NEW.doc ->> '$.away.order' AND b.order_id <> '' AND b.quantity <> 0);

    INSERT INTO archived (plant, kind, id, order_id)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id', NEW.doc ->> '$.away.order'
    FROM json_each(NEW.doc, '$.away.records') AS e
    UNION ALL
    SELECT DISTINCT p.plant, 'movement', p.movement, p.order_id
    FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.away.order';

    INSERT INTO carried (plant, item, location, lot, order_id, seq, first_seq, delta, after, bounded)
    SELECT p.plant, p.item, p.from_location, p.lot, p.from_order, p.seq, p.seq, -p.quantity, p.from_after, p.from_bounded
    FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.away.order'
    UNION ALL
    SELECT p.plant, p.item, p.to_location, p.lot, p.to_order, p.seq, p.seq, p.quantity, p.to_after, p.to_bounded
    FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.away.order';

    INSERT INTO carried_flow (plant, order_id, item, lot, source, target, document, quantity)
    SELECT p.plant, p.order_id, p.item, p.lot, iif(p.reverses IS NULL, p.from_location, p.to_location),
        iif(p.reverses IS NULL, p.to_location, p.from_location), coalesce(p.document, ''),
        sum(iif(p.reverses IS NULL, p.quantity, -p.quantity))
    FROM posting AS p
    WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.away.order'
        AND (substr(p.from_location, 1, 1) = '@' OR substr(p.to_location, 1, 1) = '@')
    GROUP BY 1, 2, 3, 4, 5, 6, 7;

    DELETE FROM posting WHERE plant = NEW.doc ->> '$.plant' AND order_id = NEW.doc ->> '$.away.order';

    DELETE FROM record_field
    WHERE (plant, kind, id) IN (SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id'
        FROM json_each(NEW.doc, '$.away.records') AS e);

    DELETE FROM record
    WHERE (plant, kind, id) IN (SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id'
        FROM json_each(NEW.doc, '$.away.records') AS e);

    DELETE FROM counter WHERE plant = NEW.doc ->> '$.plant' AND scope = NEW.doc ->> '$.away.order';

    DELETE FROM receipt
    WHERE plant = NEW.doc ->> '$.plant' AND id IN (SELECT e.value FROM json_each(NEW.doc, '$.away.receipts') AS e);

    UPDATE seal SET state = 'archived'
    WHERE plant = NEW.doc ->> '$.plant' AND state = 'sealed'
        AND number IN (SELECT e.value FROM json_each(NEW.doc, '$.away.seals') AS e);
END
--;;
CREATE TRIGGER IF NOT EXISTS commit_doc_back INSTEAD OF INSERT ON commit_doc WHEN NEW.doc ->> '$.back' IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'takt:version')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.back.instead') AS e
            WHERE e.value ->> '$.version' <> coalesce((SELECT r.version FROM record AS r
                WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = e.value ->> '$.kind' AND r.id = e.value ->> '$.id'), 0))
        OR EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.back.records') AS e, record AS r
            WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = e.value ->> '$.kind' AND r.id = e.value ->> '$.id');

    INSERT INTO posting (seq, plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
        to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user, device, source,
        occurred_ms, booked_ms, reverses)
    SELECT e.value ->> '$.seq', NEW.doc ->> '$.plant', e.value ->> '$.movement', e.value ->> '$.id', e.value ->> '$.kind',
        e.value ->> '$.item', e.value ->> '$.lot', e.value ->> '$.from.location', e.value ->> '$.from.order',
        e.value ->> '$.from.bounded', e.value ->> '$.from_after', e.value ->> '$.to.location', e.value ->> '$.to.order',
        e.value ->> '$.to.bounded', e.value ->> '$.to_after', e.value ->> '$.quantity', e.value ->> '$.order',
        e.value ->> '$.operation', e.value ->> '$.document', e.value ->> '$.reason', e.value ->> '$.user', e.value ->> '$.device',
        e.value ->> '$.source', e.value ->> '$.occurred_ms', e.value ->> '$.booked_ms', e.value ->> '$.reverses'
    FROM (SELECT p.value -> '$.row' AS value FROM json_each(NEW.doc, '$.back.postings') AS p) AS e;

    -- What is carried in the place of a posting that comes is cut in two: what was before it, and what comes behind.
    INSERT INTO carried (plant, item, location, lot, order_id, seq, first_seq, delta, after, bounded)
    SELECT g.plant, g.item, g.location, g.lot, g.order_id, g.seq - 1, g.first_seq, g.after - g.delta - g.before, g.after - g.delta,
        g.bounded
    FROM (SELECT s.plant, s.item, s.location, s.lot, s.order_id, s.seq, s.delta, s.after, c.bounded,
            coalesce(lag(s.seq) OVER w + 1, c.first_seq) AS first_seq, coalesce(lag(s.after) OVER w, c.after - c.delta) AS before
        FROM (SELECT p.plant, p.item, p.from_location AS location, p.lot, p.from_order AS order_id, p.seq, -p.quantity AS delta,
                    p.from_after AS after
                FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order'
                UNION ALL
                SELECT p.plant, p.item, p.to_location, p.lot, p.to_order, p.seq, p.quantity, p.to_after
                FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order') AS s
            CROSS JOIN carried AS c ON c.plant = s.plant AND c.item = s.item AND c.location = s.location AND c.lot = s.lot
                AND c.order_id = s.order_id AND c.seq = (SELECT min(n.seq) FROM carried AS n WHERE n.plant = s.plant
                    AND n.item = s.item AND n.location = s.location AND n.lot = s.lot AND n.order_id = s.order_id AND n.seq >= s.seq)
        WINDOW w AS (PARTITION BY s.item, s.location, s.lot, s.order_id, c.seq ORDER BY s.seq)) AS g
    WHERE g.first_seq < g.seq;

    UPDATE carried SET (first_seq, delta) = (SELECT s.seq + 1, carried.after - s.after
        FROM (SELECT p.item, p.from_location AS location, p.lot, p.from_order AS order_id, p.seq, p.from_after AS after
                FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order'
                UNION ALL
                SELECT p.item, p.to_location, p.lot, p.to_order, p.seq, p.to_after
                FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order') AS s
        WHERE s.item = carried.item AND s.location = carried.location AND s.lot = carried.lot AND s.order_id = carried.order_id
            AND s.seq >= carried.first_seq AND s.seq <= carried.seq
        ORDER BY s.seq DESC LIMIT 1)
    WHERE (plant, item, location, lot, order_id) IN (
            SELECT p.plant, p.item, p.from_location, p.lot, p.from_order
            FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order'
            UNION
            SELECT p.plant, p.item, p.to_location, p.lot, p.to_order
            FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order')
        AND EXISTS (SELECT 1 FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order'
            AND p.item = carried.item AND p.lot = carried.lot AND p.seq >= carried.first_seq AND p.seq <= carried.seq
            AND (p.from_location = carried.location AND p.from_order = carried.order_id
                OR p.to_location = carried.location AND p.to_order = carried.order_id));

    DELETE FROM carried
    WHERE first_seq > seq AND (plant, item, location, lot, order_id) IN (
            SELECT p.plant, p.item, p.from_location, p.lot, p.from_order
            FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order'
            UNION
            SELECT p.plant, p.item, p.to_location, p.lot, p.to_order
            FROM posting AS p WHERE p.plant = NEW.doc ->> '$.plant' AND p.order_id = NEW.doc ->> '$.back.order');

    DELETE FROM archived WHERE plant = NEW.doc ->> '$.plant' AND order_id = NEW.doc ->> '$.back.order';

    DELETE FROM carried_flow WHERE plant = NEW.doc ->> '$.plant' AND order_id = NEW.doc ->> '$.back.order';

    DELETE FROM record_field
    WHERE (plant, kind, id) IN (SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id'
        FROM json_each(NEW.doc, '$.back.instead') AS e);

    DELETE FROM record
    WHERE (plant, kind, id) IN (SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id'
        FROM json_each(NEW.doc, '$.back.instead') AS e);

    INSERT INTO record (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id', e.value ->> '$.version', e.value ->> '$.state',
        e.value ->> '$.line', e.value ->> '$.parent', e.value ->> '$.sort', e.value ->> '$.search', e.value ->> '$.created_ms',
        e.value ->> '$.updated_ms', e.value -> '$.body'
    FROM json_each(NEW.doc, '$.back.records') AS e;

    INSERT INTO record_field (plant, kind, id, name, value)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id', f.value ->> 0, f.value ->> 1
    FROM json_each(NEW.doc, '$.back.records') AS e, json_each(e.value, '$.fields') AS f;

    INSERT INTO counter (plant, scope, name, value)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.scope', e.value ->> '$.name', e.value ->> '$.value'
    FROM json_each(NEW.doc, '$.back.counters') AS e;

    INSERT INTO receipt (plant, id, state, updated_ms, body)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.id', e.value ->> '$.state', e.value ->> '$.updated_ms', e.value -> '$.body'
    FROM json_each(NEW.doc, '$.back.receipts') AS e;
END
--;;
-- Folds what is carried of one item: rows of an account between which no posting stands become one.
CREATE VIEW IF NOT EXISTS carried_fold (plant, item) AS SELECT NULL, NULL WHERE false
--;;
CREATE TRIGGER IF NOT EXISTS carried_fold_apply INSTEAD OF INSERT ON carried_fold
BEGIN
    -- The last row of each run takes in the others. A posting begins a new run behind it.
    INSERT INTO carried (plant, item, location, lot, order_id, seq, first_seq, delta, after, bounded)
    SELECT NEW.plant, NEW.item, f.location, f.lot, f.order_id, max(f.seq), min(f.first_seq), sum(f.delta), 0, max(f.bounded)
    FROM (SELECT s.*, sum(s.is_posting) OVER (PARTITION BY s.location, s.lot, s.order_id ORDER BY s.seq) AS run
        FROM (SELECT c.location, c.lot, c.order_id, c.seq, c.first_seq, c.delta, c.bounded, 0 AS is_posting
                FROM carried AS c WHERE c.plant = NEW.plant AND c.item = NEW.item
                UNION ALL
                SELECT p.from_location, p.lot, p.from_order, p.seq, p.seq, 0, 0, 1
                FROM posting AS p INDEXED BY posting_by_item WHERE p.plant = NEW.plant AND p.item = NEW.item
                UNION ALL
                SELECT p.to_location, p.lot, p.to_order, p.seq, p.seq, 0, 0, 1
                FROM posting AS p INDEXED BY posting_by_item WHERE p.plant = NEW.plant AND p.item = NEW.item) AS s) AS f
    WHERE NOT f.is_posting
    GROUP BY f.location, f.lot, f.order_id, f.run HAVING count(*) > 1
    ON CONFLICT (plant, item, location, lot, order_id, seq) DO UPDATE
    SET first_seq = excluded.first_seq, delta = excluded.delta, bounded = excluded.bounded;

    -- What was taken in lies within a later one.
    DELETE FROM carried
    WHERE plant = NEW.plant AND item = NEW.item AND (location, lot, order_id, seq) IN (
        SELECT o.location, o.lot, o.order_id, o.seq
        FROM (SELECT c.location, c.lot, c.order_id, c.seq, min(c.first_seq) OVER (PARTITION BY c.location, c.lot, c.order_id
                ORDER BY c.seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS later
            FROM carried AS c WHERE c.plant = NEW.plant AND c.item = NEW.item) AS o
        WHERE o.later <= o.seq);
END
--;;

PRAGMA user_version = 6
--;;
