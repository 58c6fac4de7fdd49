-- Schema 3: photos, in a table of their own, so that no list and no load of records carries them.
CREATE TABLE IF NOT EXISTS photo (
    plant INTEGER NOT NULL,
    id TEXT NOT NULL,
    media_type TEXT NOT NULL,
    -- The file in base64: a JSON document holds it, and no driver has to know of bytes.
    data TEXT NOT NULL,
    user TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (plant, id)
) STRICT
--;;

PRAGMA user_version = 3
--;;
