-- Schema 6: the archive. What an order holds goes out of the store in one commit, and may come back in one.

-- What has gone, by the kind of its record or as a movement, and the order that it went with.
CREATE TABLE archived (
    plant BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (plant, kind, id, order_id)
);
CREATE INDEX archived_by_order ON archived (plant, order_id);

-- What postings that have gone did to an account: from the place first_seq to seq, delta altogether, which left it at after. So the
-- rest of the ledger adds up as before, and each posting in it still follows from what was there before it.
CREATE TABLE carried (
    plant BIGINT NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    lot TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    delta BIGINT NOT NULL,
    after BIGINT NOT NULL,
    bounded BOOLEAN NOT NULL,
    PRIMARY KEY (plant, item, location, lot, order_id, seq)
);

-- What came from virtual places for an order that has gone, and went there, without what was taken back: for traces.
CREATE TABLE carried_flow (
    plant BIGINT NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    lot TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (plant, order_id, item, lot, source, target, document)
);
CREATE INDEX carried_flow_by_lot ON carried_flow (plant, item, lot) WHERE lot <> '';

-- A posting goes only after it has been entered as gone.
CREATE FUNCTION takt_posting_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM archived AS a
        WHERE a.plant = OLD.plant AND a.kind = 'movement' AND a.id = OLD.movement AND a.order_id = OLD.order_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'takt:appendonly';
END
$$;
DROP TRIGGER posting_never_changes ON posting;
CREATE TRIGGER posting_never_changes BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION takt_posting_goes();
