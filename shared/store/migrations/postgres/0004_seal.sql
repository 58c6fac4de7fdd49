-- Schema 4: seals. Each proves a piece of the ledger, and names the one before it: a chain that shows what was tampered with.

-- `postings` has a line for each posting, its place in the journal and the hash of its row, so that what is wrong can be named,
-- and a seal can be checked after its rows have gone to an archive.
CREATE TABLE seal (
    plant BIGINT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    from_place TEXT COLLATE "C" NOT NULL,
    to_place TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    postings TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('sealed', 'archived')),
    sealed_ms BIGINT NOT NULL,
    PRIMARY KEY (plant, number)
);
CREATE INDEX seal_by_day ON seal (plant, day, number);

-- The one thing that may change is that its rows have gone to an archive.
CREATE FUNCTION takt_seal_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'sealed' AND NEW.state = 'archived' AND to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'takt:appendonly';
END
$$;
CREATE TRIGGER seal_never_changes BEFORE UPDATE ON seal FOR EACH ROW EXECUTE FUNCTION takt_seal_changes();
CREATE TRIGGER seal_never_goes BEFORE DELETE ON seal FOR EACH ROW EXECUTE FUNCTION takt_append_only();

-- A seal follows the last one, whoever sets it; of two at once the key lets one in.
CREATE FUNCTION takt_seal_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last RECORD;
BEGIN
    SELECT l.number, l.to_place, l.hash INTO last FROM seal AS l WHERE l.plant = NEW.plant ORDER BY l.number DESC LIMIT 1;
    IF (NOT FOUND AND NEW.number <> 1)
        OR (FOUND AND (NEW.number, NEW.from_place, NEW.previous) IS DISTINCT FROM (last.number + 1, last.to_place, last.hash)) THEN
        RAISE EXCEPTION 'takt:version';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER seal_follows BEFORE INSERT ON seal FOR EACH ROW EXECUTE FUNCTION takt_seal_follows();
