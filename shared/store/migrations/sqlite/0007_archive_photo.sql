-- Schema 7: photos go and come with the order whose records name them, beside what schema 6 does in the same commit.
CREATE TRIGGER IF NOT EXISTS commit_doc_away_photo INSTEAD OF INSERT ON commit_doc WHEN NEW.doc ->> '$.away.photos' IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'takt:version')
    WHERE json_array_length(NEW.doc, '$.away.photos') <> (SELECT count(*) FROM json_each(NEW.doc, '$.away.photos') AS e
        CROSS JOIN photo AS h ON h.plant = NEW.doc ->> '$.plant' AND h.id = e.value);

    INSERT INTO archived (plant, kind, id, order_id)
    SELECT NEW.doc ->> '$.plant', 'photo', e.value, NEW.doc ->> '$.away.order' FROM json_each(NEW.doc, '$.away.photos') AS e;

    DELETE FROM photo
    WHERE plant = NEW.doc ->> '$.plant' AND id IN (SELECT e.value FROM json_each(NEW.doc, '$.away.photos') AS e);
END
--;;
CREATE TRIGGER IF NOT EXISTS commit_doc_back_photo INSTEAD OF INSERT ON commit_doc WHEN NEW.doc ->> '$.back.photos' IS NOT NULL
BEGIN
    INSERT INTO photo (plant, id, media_type, data, user, at_ms)
    SELECT NEW.doc ->> '$.plant', e.value ->> '$.id', e.value ->> '$.media_type', e.value ->> '$.data', e.value ->> '$.user',
        e.value ->> '$.at_ms'
    FROM json_each(NEW.doc, '$.back.photos') AS e WHERE true
    ON CONFLICT DO NOTHING;
END
--;;

PRAGMA user_version = 7
--;;
