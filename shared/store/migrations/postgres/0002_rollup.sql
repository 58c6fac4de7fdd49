-- Schema 2: rollups. What is derived from the journal, in sums that any number of commits may add to.

-- A generation is one derivation from the start of the journal; a new one grows beside the old one until it takes over.
-- What a series does not tell apart is empty, or 0.
CREATE TABLE rollup (
    plant BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    series TEXT COLLATE "C" NOT NULL,
    bucket_ms BIGINT NOT NULL,
    shift_date TEXT COLLATE "C" NOT NULL,
    shift TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    scale BIGINT NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    operation BIGINT NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    good BIGINT NOT NULL,
    scrap BIGINT NOT NULL,
    rework BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (plant, generation, series, bucket_ms, shift_date, shift, line, item, scale, operator, order_id, operation, label)
);
