-- Schema 2: rollups. What is derived from the journal, in sums that any number of commits may add to.

-- A generation is one derivation from the start of the journal; a new one grows beside the old one until it takes over.
-- What a series does not tell apart is empty, or 0.
CREATE TABLE IF NOT EXISTS rollup (
    plant INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    series TEXT NOT NULL,
    bucket_ms INTEGER NOT NULL,
    shift_date TEXT NOT NULL,
    shift TEXT NOT NULL,
    line TEXT NOT NULL,
    item TEXT NOT NULL,
    scale INTEGER NOT NULL,
    operator TEXT NOT NULL,
    order_id TEXT NOT NULL,
    operation INTEGER NOT NULL,
    label TEXT NOT NULL,
    good INTEGER NOT NULL,
    scrap INTEGER NOT NULL,
    rework INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label)
) STRICT, WITHOUT ROWID
--;;

-- Beside the trigger that books everything else: whatever that one refuses undoes this as well.
CREATE TRIGGER IF NOT EXISTS commit_doc_roll_up INSTEAD OF INSERT ON commit_doc
BEGIN
    INSERT INTO rollup (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation,
        label, good, scrap, rework, seconds, count)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.generation', e.value ->> '$.series', e.value ->> '$.bucket_ms',
        e.value ->> '$.shift_date', e.value ->> '$.shift', e.value ->> '$.line', e.value ->> '$.item', e.value ->> '$.scale',
        e.value ->> '$.operator', e.value ->> '$.order', e.value ->> '$.operation', e.value ->> '$.label',
        e.value ->> '$.good', e.value ->> '$.scrap', e.value ->> '$.rework', e.value ->> '$.seconds', e.value ->> '$.count'
    FROM json_each(NEW.doc, '$.rollups') AS e WHERE true
    ON CONFLICT DO UPDATE
    SET good = good + excluded.good, scrap = scrap + excluded.scrap, rework = rework + excluded.rework,
        seconds = seconds + excluded.seconds, count = count + excluded.count;
END
--;;

PRAGMA user_version = 2
--;;
