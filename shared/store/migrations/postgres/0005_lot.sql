-- Schema 5: where a lot came from and where it went is asked of the ledger by item and lot.
CREATE INDEX posting_by_lot ON posting (plant, item, lot) WHERE lot <> '';
