-- Schema 3: photos, in a table of their own, so that no list and no load of records carries them.
CREATE TABLE photo (
    plant BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    -- The file in base64: a JSON document holds it, and no driver has to know of bytes.
    data TEXT COLLATE "C" NOT NULL,
    "user" TEXT COLLATE "C" NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (plant, id)
);
