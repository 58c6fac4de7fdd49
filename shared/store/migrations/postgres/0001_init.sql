-- Schema 1. Runs in one transaction under an advisory lock, so it is all there or not at all. Text sorts as bytes.

CREATE TABLE takt_schema (
    version BIGINT NOT NULL,
    -- Grows when the database was restored into a server whose transaction numbers begin lower than what is stored.
    epoch BIGINT NOT NULL
);
INSERT INTO takt_schema (version, epoch) VALUES (0, 1);

CREATE TABLE plant (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    shift_calendar JSONB NOT NULL,
    settings JSONB NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Versioned records: the body is the caller's, the other columns are what lists filter and sort by.
CREATE TABLE record (
    plant BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    version BIGINT NOT NULL,
    state TEXT COLLATE "C",
    line TEXT COLLATE "C",
    parent TEXT COLLATE "C",
    sort TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C",
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    body JSONB NOT NULL,
    PRIMARY KEY (plant, kind, id)
);
CREATE INDEX record_by_sort ON record (plant, kind, sort, id);
CREATE INDEX record_by_state ON record (plant, kind, state, sort, id) WHERE state IS NOT NULL;
CREATE INDEX record_by_parent ON record (plant, kind, parent, sort, id) WHERE parent IS NOT NULL;

-- Custom fields by value.
CREATE TABLE record_field (
    plant BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (plant, kind, id, name, value)
);
CREATE INDEX record_field_by_value ON record_field (plant, kind, name, value, id);

-- The ledger. seq is the order of each account; (epoch, xid, seq) is the order of the journal.
CREATE SEQUENCE posting_seq;
CREATE TABLE posting (
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    plant BIGINT NOT NULL,
    movement TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    kind TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    lot TEXT COLLATE "C" NOT NULL,
    from_location TEXT COLLATE "C" NOT NULL,
    from_order TEXT COLLATE "C" NOT NULL,
    from_bounded BOOLEAN NOT NULL,
    from_after BIGINT NOT NULL,
    to_location TEXT COLLATE "C" NOT NULL,
    to_order TEXT COLLATE "C" NOT NULL,
    to_bounded BOOLEAN NOT NULL,
    to_after BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    order_id TEXT COLLATE "C",
    operation TEXT COLLATE "C",
    document TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    user_id TEXT COLLATE "C" NOT NULL,
    device TEXT COLLATE "C",
    source TEXT COLLATE "C" NOT NULL,
    occurred_ms BIGINT NOT NULL,
    booked_ms BIGINT NOT NULL,
    reverses TEXT COLLATE "C",
    PRIMARY KEY (plant, epoch, xid, seq),
    CHECK (from_location <> to_location OR from_order <> to_order)
);
CREATE UNIQUE INDEX posting_by_movement ON posting (plant, movement, id);
CREATE UNIQUE INDEX posting_by_reversed ON posting (plant, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX posting_by_item ON posting (plant, item, epoch, xid, seq);
CREATE INDEX posting_by_order ON posting (plant, order_id, epoch, xid, seq) WHERE order_id IS NOT NULL;

-- The sum of the postings of each account, and the seq of the last of them.
CREATE TABLE balance (
    plant BIGINT NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    lot TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL,
    bounded BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    -- An index may not name the quantity itself: Postgres updates a row in place only while nothing changes that an index
    -- names, and the rows of accounts that everybody moves would leave a trail of dead entries in each index.
    is_empty BOOLEAN NOT NULL GENERATED ALWAYS AS (quantity = 0) STORED,
    PRIMARY KEY (plant, item, location, lot, order_id)
) WITH (fillfactor = 70);
-- Accounts at zero stay, and there is one for every order that ever held the item: reads must not wade through them.
CREATE INDEX balance_not_zero ON balance (plant, item, order_id, location, lot) WHERE NOT is_empty;
CREATE INDEX balance_held ON balance (plant, order_id) WHERE NOT is_empty AND order_id <> '';
CREATE INDEX balance_by_location ON balance (plant, location) WHERE NOT is_empty;

CREATE TABLE counter (
    plant BIGINT NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (plant, scope, name)
) WITH (fillfactor = 70);

-- The journal, with the attributes of CloudEvents.
CREATE TABLE event (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    epoch BIGINT NOT NULL,
    xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    plant BIGINT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    time_ms BIGINT NOT NULL,
    data JSONB NOT NULL,
    PRIMARY KEY (plant, epoch, xid, seq)
);

CREATE FUNCTION takt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'takt:appendonly';
END
$$;
CREATE TRIGGER posting_never_changes BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION takt_append_only();
CREATE TRIGGER event_never_changes BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION takt_append_only();

CREATE TABLE idempotency (
    plant BIGINT NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    body JSONB NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (plant, user_id, key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_ms);

CREATE TABLE session (
    plant BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    user_id TEXT COLLATE "C" NOT NULL,
    opened_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    PRIMARY KEY (plant, id)
);
CREATE INDEX session_open ON session (plant, user_id) WHERE ended_ms IS NULL;
CREATE INDEX session_ended ON session (plant, expires_ms) WHERE ended_ms IS NOT NULL;

-- How queued reports ended.
CREATE TABLE receipt (
    plant BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    state TEXT NOT NULL,
    updated_ms BIGINT NOT NULL,
    body JSONB NOT NULL,
    PRIMARY KEY (plant, id)
);
