-- Schema 4: seals. Each proves a piece of the ledger, and names the one before it: a chain that shows what was tampered with.

-- `postings` has a line for each posting, its place in the journal and the hash of its row, so that what is wrong can be named,
-- and a seal can be checked after its rows have gone to an archive.
CREATE TABLE IF NOT EXISTS seal (
    plant INTEGER NOT NULL,
    number INTEGER NOT NULL,
    day TEXT NOT NULL,
    from_place TEXT NOT NULL,
    to_place TEXT NOT NULL,
    count INTEGER NOT NULL,
    postings TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sealed', 'archived')),
    sealed_ms INTEGER NOT NULL,
    PRIMARY KEY (plant, number)
) STRICT
--;;
CREATE INDEX IF NOT EXISTS seal_by_day ON seal (plant, day, number)
--;;
-- The one thing that may change is that its rows have gone to an archive.
CREATE TRIGGER IF NOT EXISTS seal_never_changes BEFORE UPDATE ON seal
WHEN NOT (OLD.state = 'sealed' AND NEW.state = 'archived' AND OLD.plant = NEW.plant AND OLD.number = NEW.number AND OLD.day = NEW.day
    AND OLD.from_place = NEW.from_place AND OLD.to_place = NEW.to_place AND OLD.count = NEW.count AND OLD.postings = NEW.postings
    AND OLD.previous = NEW.previous AND OLD.hash = NEW.hash AND OLD.sealed_ms = NEW.sealed_ms)
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;
CREATE TRIGGER IF NOT EXISTS seal_never_goes BEFORE DELETE ON seal
BEGIN
    SELECT RAISE(ABORT, 'takt:appendonly');
END
--;;
-- A seal follows the last one, whoever sets it.
CREATE TRIGGER IF NOT EXISTS seal_follows BEFORE INSERT ON seal
WHEN (NEW.number, NEW.from_place, NEW.previous) IS NOT (SELECT l.number + 1, l.to_place, l.hash FROM seal AS l
        WHERE l.plant = NEW.plant ORDER BY l.number DESC LIMIT 1)
    AND (NEW.number <> 1 OR EXISTS (SELECT 1 FROM seal AS l WHERE l.plant = NEW.plant))
BEGIN
    SELECT RAISE(ABORT, 'takt:version');
END
--;;
PRAGMA user_version = 4
--;;
