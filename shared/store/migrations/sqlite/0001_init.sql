-- Schema 1. Statements end with a line "--;;". Each may run twice, and beside another runner: the version is set last.

CREATE TABLE IF NOT EXISTS plant (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    shift_calendar TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT
--;;

-- Versioned records: the body is the caller's, the other columns are what lists filter and sort by.
CREATE TABLE IF NOT EXISTS record (
    plant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL CHECK (id <> ''),
    version INTEGER NOT NULL,
    state TEXT,
    line TEXT,
    parent TEXT,
    sort TEXT NOT NULL,
    search TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plant, kind, id)
) STRICT
--;;
CREATE INDEX IF NOT EXISTS record_by_sort ON record (plant, kind, sort, id)
--;;
CREATE INDEX IF NOT EXISTS record_by_state ON record (plant, kind, state, sort, id) WHERE state IS NOT NULL
--;;
CREATE INDEX IF NOT EXISTS record_by_parent ON record (plant, kind, parent, sort, id) WHERE parent IS NOT NULL
--;;

-- Custom fields by value.
CREATE TABLE IF NOT EXISTS record_field (
    plant INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (plant, kind, id, name, value)
) STRICT, WITHOUT ROWID
--;;
CREATE INDEX IF NOT EXISTS record_field_by_value ON record_field (plant, kind, name, value, id)
--;;

-- The ledger. seq is the order of the journal, and never used twice.
CREATE TABLE IF NOT EXISTS posting (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    plant INTEGER NOT NULL,
    movement TEXT NOT NULL,
    id TEXT NOT NULL CHECK (id <> ''),
    kind TEXT NOT NULL,
    item TEXT NOT NULL,
    lot TEXT NOT NULL,
    from_location TEXT NOT NULL,
    from_order TEXT NOT NULL,
    from_bounded INTEGER NOT NULL,
    from_after INTEGER NOT NULL,
    to_location TEXT NOT NULL,
    to_order TEXT NOT NULL,
    to_bounded INTEGER NOT NULL,
    to_after INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    order_id TEXT,
    operation TEXT,
    document TEXT,
    reason TEXT,
    user TEXT NOT NULL,
    device TEXT,
    source TEXT NOT NULL,
    occurred_ms INTEGER NOT NULL,
    booked_ms INTEGER NOT NULL,
    reverses TEXT,
    CHECK (from_location <> to_location OR from_order <> to_order)
) STRICT
--;;
CREATE UNIQUE INDEX IF NOT EXISTS posting_by_movement ON posting (plant, movement, id)
--;;
CREATE UNIQUE INDEX IF NOT EXISTS posting_by_reversed ON posting (plant, reverses) WHERE reverses IS NOT NULL
--;;
CREATE INDEX IF NOT EXISTS posting_by_item ON posting (plant, item)
--;;
CREATE INDEX IF NOT EXISTS posting_by_order ON posting (plant, order_id) WHERE order_id IS NOT NULL
--;;
CREATE INDEX IF NOT EXISTS posting_by_plant ON posting (plant)
--;;
CREATE TRIGGER IF NOT EXISTS posting_never_changes BEFORE UPDATE ON posting
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;
CREATE TRIGGER IF NOT EXISTS posting_never_goes BEFORE DELETE ON posting
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;

-- The sum of the postings of each account, and the seq of the last of them.
CREATE TABLE IF NOT EXISTS balance (
    plant INTEGER NOT NULL,
    item TEXT NOT NULL,
    location TEXT NOT NULL,
    lot TEXT NOT NULL,
    order_id TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    bounded INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (plant, item, location, lot, order_id)
) STRICT, WITHOUT ROWID
--;;
-- Accounts at zero stay, and there is one for every order that ever held the item: reads must not wade through them.
CREATE INDEX IF NOT EXISTS balance_not_zero ON balance (plant, item, order_id, location, lot) WHERE quantity <> 0
--;;
CREATE INDEX IF NOT EXISTS balance_held ON balance (plant, order_id) WHERE quantity <> 0 AND order_id <> ''
--;;
CREATE INDEX IF NOT EXISTS balance_by_location ON balance (plant, location) WHERE quantity <> 0
--;;

CREATE TABLE IF NOT EXISTS counter (
    plant INTEGER NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (plant, scope, name)
) STRICT, WITHOUT ROWID
--;;

-- The journal, with the attributes of CloudEvents.
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    plant INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT
--;;
CREATE INDEX IF NOT EXISTS event_by_plant ON event (plant)
--;;
CREATE TRIGGER IF NOT EXISTS event_never_changes BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;
CREATE TRIGGER IF NOT EXISTS event_never_goes BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;

-- Rows are added in the order in which they expire, so that the oldest row numbers are what is purged.
CREATE TABLE IF NOT EXISTS idempotency (
    plant INTEGER NOT NULL,
    user TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (plant, user, key)
) STRICT
--;;

CREATE TABLE IF NOT EXISTS session (
    plant INTEGER NOT NULL,
    id TEXT NOT NULL CHECK (id <> ''),
    user TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    PRIMARY KEY (plant, id)
) STRICT, WITHOUT ROWID
--;;
CREATE INDEX IF NOT EXISTS session_open ON session (plant, user) WHERE ended_ms IS NULL
--;;
CREATE INDEX IF NOT EXISTS session_ended ON session (plant, expires_ms) WHERE ended_ms IS NOT NULL
--;;

-- How queued reports ended.
CREATE TABLE IF NOT EXISTS receipt (
    plant INTEGER NOT NULL,
    id TEXT NOT NULL CHECK (id <> ''),
    state TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plant, id)
) STRICT
--;;

-- Booking one posting. A view has no columns of its own type, so nothing here is converted on the way.
CREATE VIEW IF NOT EXISTS posting_in AS
SELECT plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, to_location, to_order, to_bounded,
    quantity, order_id, operation, document, reason, user, device, source, occurred_ms, booked_ms, reverses
FROM posting WHERE false
--;;
CREATE TRIGGER IF NOT EXISTS posting_in_book INSTEAD OF INSERT ON posting_in
BEGIN
    SELECT RAISE(ABORT, 'takt:reversed')
    WHERE EXISTS (SELECT 1 FROM posting AS p WHERE p.plant = NEW.plant AND p.reverses = NEW.reverses);

    INSERT INTO posting (plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, from_after,
        to_location, to_order, to_bounded, to_after, quantity, order_id, operation, document, reason, user, device, source,
        occurred_ms, booked_ms, reverses)
    VALUES (NEW.plant, NEW.movement, NEW.id, NEW.kind, NEW.item, NEW.lot, NEW.from_location, NEW.from_order, NEW.from_bounded,
        coalesce((SELECT b.quantity FROM balance AS b WHERE b.plant = NEW.plant AND b.item = NEW.item
            AND b.location = NEW.from_location AND b.lot = NEW.lot AND b.order_id = NEW.from_order), 0) - NEW.quantity,
        NEW.to_location, NEW.to_order, NEW.to_bounded,
        coalesce((SELECT b.quantity FROM balance AS b WHERE b.plant = NEW.plant AND b.item = NEW.item
            AND b.location = NEW.to_location AND b.lot = NEW.lot AND b.order_id = NEW.to_order), 0) + NEW.quantity,
        NEW.quantity, NEW.order_id, NEW.operation, NEW.document, NEW.reason, NEW.user, NEW.device, NEW.source,
        NEW.occurred_ms, NEW.booked_ms, NEW.reverses);

    INSERT INTO balance (plant, item, location, lot, order_id, quantity, bounded, version)
    VALUES (NEW.plant, NEW.item, NEW.from_location, NEW.lot, NEW.from_order, -NEW.quantity, NEW.from_bounded, last_insert_rowid())
    ON CONFLICT (plant, item, location, lot, order_id) DO UPDATE
    SET quantity = quantity + excluded.quantity, bounded = max(bounded, excluded.bounded), version = excluded.version;

    INSERT INTO balance (plant, item, location, lot, order_id, quantity, bounded, version)
    VALUES (NEW.plant, NEW.item, NEW.to_location, NEW.lot, NEW.to_order, NEW.quantity, NEW.to_bounded, last_insert_rowid())
    ON CONFLICT (plant, item, location, lot, order_id) DO UPDATE
    SET quantity = quantity + excluded.quantity, bounded = max(bounded, excluded.bounded), version = excluded.version;

    SELECT RAISE(ABORT, 'takt:negative')
    WHERE EXISTS (SELECT 1 FROM balance AS b WHERE b.plant = NEW.plant AND b.item = NEW.item
            AND b.location = NEW.from_location AND b.lot = NEW.lot AND b.order_id = NEW.from_order AND b.bounded AND b.quantity < 0)
        OR EXISTS (SELECT 1 FROM balance AS b WHERE b.plant = NEW.plant AND b.item = NEW.item
            AND b.location = NEW.to_location AND b.lot = NEW.lot AND b.order_id = NEW.to_order AND b.bounded AND b.quantity < 0);
END
--;;

-- One commit is one INSERT of its document here: atomic by itself, so no transaction can be left open.
CREATE VIEW IF NOT EXISTS commit_doc (doc) AS SELECT NULL WHERE false
--;;
CREATE TRIGGER IF NOT EXISTS commit_doc_apply INSTEAD OF INSERT ON commit_doc
BEGIN
    SELECT RAISE(ABORT, 'takt:plant')
    WHERE NOT EXISTS (SELECT 1 FROM plant AS p WHERE p.number = NEW.doc ->> '$.plant');

    -- Before everything else that may be refused, so that a duplicate gets its stored answer.
    SELECT RAISE(ABORT, 'takt:key')
    WHERE EXISTS (SELECT 1 FROM idempotency AS k
        WHERE k.plant = NEW.doc ->> '$.plant' AND k.user = NEW.doc ->> '$.idempotency.user'
            AND k.key = NEW.doc ->> '$.idempotency.key' AND k.expires_ms > NEW.doc ->> '$.at_ms');

    SELECT RAISE(ABORT, 'takt:session')
    WHERE NEW.doc ->> '$.session' IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM session AS s
            WHERE s.plant = NEW.doc ->> '$.plant' AND s.id = NEW.doc ->> '$.session'
                AND s.ended_ms IS NULL AND s.expires_ms > NEW.doc ->> '$.at_ms');

    SELECT RAISE(ABORT, 'takt:version')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.expect') AS e
        WHERE e.value ->> '$.version' <> coalesce((SELECT r.version FROM record AS r
            WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = e.value ->> '$.kind' AND r.id = e.value ->> '$.id'), 0));

    SELECT RAISE(ABORT, 'takt:version')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.records') AS e
        WHERE e.value ->> '$.expected' <> coalesce((SELECT r.version FROM record AS r
            WHERE r.plant = NEW.doc ->> '$.plant' AND r.kind = e.value ->> '$.kind' AND r.id = e.value ->> '$.id'), 0));

    -- A key that is still there has expired.
    INSERT INTO idempotency (plant, user, key, fingerprint, status, body, expires_ms)
    SELECT NEW.doc ->> '$.plant', NEW.doc ->> '$.idempotency.user', NEW.doc ->> '$.idempotency.key',
        NEW.doc ->> '$.idempotency.fingerprint', NEW.doc ->> '$.idempotency.status', NEW.doc -> '$.idempotency.body',
        (NEW.doc ->> '$.at_ms') + 90 * 24 * 3600 * 1000
    WHERE NEW.doc ->> '$.idempotency.key' IS NOT NULL
    ON CONFLICT (plant, user, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, expires_ms = excluded.expires_ms;

    INSERT INTO record (plant, kind, id, version, state, line, parent, sort, search, created_ms, updated_ms, body)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id', 1, e.value ->> '$.state', e.value ->> '$.line',
        e.value ->> '$.parent', coalesce(e.value ->> '$.sort', ''), e.value ->> '$.search', NEW.doc ->> '$.at_ms',
        NEW.doc ->> '$.at_ms', e.value -> '$.body'
    FROM json_each(NEW.doc, '$.records') AS e WHERE true
    ON CONFLICT (plant, kind, id) DO UPDATE
    SET version = version + 1, state = excluded.state, line = excluded.line, parent = excluded.parent, sort = excluded.sort,
        search = excluded.search, updated_ms = excluded.updated_ms, body = excluded.body;

    DELETE FROM record_field
    WHERE (plant, kind, id) IN (SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id'
        FROM json_each(NEW.doc, '$.records') AS e);

    INSERT INTO record_field (plant, kind, id, name, value)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.kind', e.value ->> '$.id', f.value ->> 0, f.value ->> 1
    FROM json_each(NEW.doc, '$.records') AS e, json_each(e.value, '$.fields') AS f WHERE true
    ON CONFLICT DO NOTHING;

    INSERT INTO posting_in (plant, movement, id, kind, item, lot, from_location, from_order, from_bounded, to_location, to_order,
        to_bounded, quantity, order_id, operation, document, reason, user, device, source, occurred_ms, booked_ms, reverses)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.movement', e.value ->> '$.id', e.value ->> '$.kind', e.value ->> '$.item',
        e.value ->> '$.lot', e.value ->> '$.from.location', e.value ->> '$.from.order', e.value ->> '$.from.bounded',
        e.value ->> '$.to.location', e.value ->> '$.to.order', e.value ->> '$.to.bounded', e.value ->> '$.quantity',
        e.value ->> '$.order', e.value ->> '$.operation', e.value ->> '$.document', e.value ->> '$.reason', e.value ->> '$.user',
        e.value ->> '$.device', e.value ->> '$.source', e.value ->> '$.occurred_ms', NEW.doc ->> '$.at_ms',
        e.value ->> '$.reverses'
    FROM json_each(NEW.doc, '$.postings') AS e ORDER BY e.key;

    INSERT INTO counter (plant, scope, name, value)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.scope', e.value ->> '$.name', e.value ->> '$.delta'
    FROM json_each(NEW.doc, '$.counters') AS e WHERE true
    ON CONFLICT (plant, scope, name) DO UPDATE SET value = value + excluded.value;

    SELECT RAISE(ABORT, 'takt:counter')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.doc, '$.counters') AS e, counter AS c
        WHERE c.plant = NEW.doc ->> '$.plant' AND c.scope = e.value ->> '$.scope' AND c.name = e.value ->> '$.name'
            AND (c.value < e.value ->> '$.min_after' OR c.value > e.value ->> '$.max_after'));

    INSERT INTO event (plant, id, type, source, subject, time_ms, data)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.id', e.value ->> '$.type', e.value ->> '$.source', e.value ->> '$.subject',
        e.value ->> '$.time_ms', e.value -> '$.data'
    FROM json_each(NEW.doc, '$.events') AS e ORDER BY e.key;

    UPDATE session SET ended_ms = NEW.doc ->> '$.at_ms'
    WHERE plant = NEW.doc ->> '$.plant' AND ended_ms IS NULL
        AND id IN (SELECT e.value ->> '$.id' FROM json_each(NEW.doc, '$.sessions') AS e WHERE e.value ->> '$.do' = 'end');

    UPDATE session SET ended_ms = NEW.doc ->> '$.at_ms'
    WHERE plant = NEW.doc ->> '$.plant' AND ended_ms IS NULL
        AND user IN (SELECT e.value ->> '$.user' FROM json_each(NEW.doc, '$.sessions') AS e WHERE e.value ->> '$.do' = 'end_all_of_user');

    INSERT INTO session (plant, id, user, opened_ms, expires_ms)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.id', e.value ->> '$.user', NEW.doc ->> '$.at_ms', e.value ->> '$.expires_ms'
    FROM json_each(NEW.doc, '$.sessions') AS e WHERE e.value ->> '$.do' = 'open';

    INSERT INTO receipt (plant, id, state, updated_ms, body)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.id', e.value ->> '$.state', NEW.doc ->> '$.at_ms', e.value -> '$.body'
    FROM json_each(NEW.doc, '$.receipts') AS e WHERE true
    ON CONFLICT (plant, id) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, body = excluded.body;
END
--;;

PRAGMA user_version = 1
--;;
