-- ?1 plant, ?2 the item before the slice, ?3 its last one. The postings alone say what is right.
WITH side AS MATERIALIZED (
    SELECT seq, item, from_location AS location, lot, from_order AS order_id, -quantity AS delta, from_bounded AS bounded,
        from_after AS after
    FROM posting INDEXED BY posting_by_item WHERE plant = ?1 AND item > ?2 AND item <= ?3
    UNION ALL
    SELECT seq, item, to_location, lot, to_order, quantity, to_bounded, to_after
    FROM posting INDEXED BY posting_by_item WHERE plant = ?1 AND item > ?2 AND item <= ?3
    UNION ALL
    SELECT seq, item, location, lot, order_id, delta, bounded, after
    FROM carried WHERE plant = ?1 AND item > ?2 AND item <= ?3
),
chain AS (
    SELECT seq, after, sum(delta) OVER (PARTITION BY item, location, lot, order_id ORDER BY seq) AS sum FROM side
),
total AS MATERIALIZED (
    SELECT item, location, lot, order_id, sum(delta) AS quantity, max(bounded) AS bounded, max(seq) AS version
    FROM side GROUP BY item, location, lot, order_id
),
mismatch AS MATERIALIZED (
    SELECT t.item, t.location, t.lot, t.order_id, b.quantity AS balance, t.quantity AS postings
    FROM total AS t
    LEFT JOIN balance AS b ON b.plant = ?1 AND b.item = t.item AND b.location = t.location AND b.lot = t.lot AND b.order_id = t.order_id
    WHERE b.quantity IS NOT t.quantity
    UNION ALL
    SELECT b.item, b.location, b.lot, b.order_id, b.quantity, 0
    FROM balance AS b
    WHERE b.plant = ?1 AND b.item > ?2 AND b.item <= ?3
        AND (b.item, b.location, b.lot, b.order_id) NOT IN (SELECT item, location, lot, order_id FROM total)
)
SELECT
    '{"postings":' || coalesce((SELECT count(*) FROM posting WHERE plant = ?1 AND item > ?2 AND item <= ?3), 'null') ||
    ',"balances":' || coalesce((SELECT count(*) FROM balance WHERE plant = ?1 AND item > ?2 AND item <= ?3), 'null') ||
    ',"mismatch_count":' || coalesce((SELECT count(*) FROM mismatch), 'null') ||
    ',"mismatches":' || coalesce((SELECT json_group_array(json_object('item', m.item, 'location', m.location, 'lot', m.lot,
            'order', m.order_id, 'balance', m.balance, 'postings', m.postings))
        FROM (SELECT * FROM mismatch ORDER BY item, location, lot, order_id LIMIT 100) AS m), 'null') ||
    ',"unconserved":' || coalesce((SELECT json_group_array(json_object('item', u.item, 'sum', u.sum))
        FROM (SELECT item, sum(quantity) AS sum FROM balance WHERE plant = ?1 AND item > ?2 AND item <= ?3 GROUP BY item HAVING sum(quantity) <> 0
            ORDER BY item LIMIT 100) AS u), 'null') ||
    ',"negatives":' || coalesce((SELECT json_group_array(json_object('item', n.item, 'location', n.location, 'lot', n.lot,
            'order', n.order_id, 'quantity', n.quantity, 'bounded', json('true'), 'version', n.version))
        FROM (SELECT * FROM total WHERE bounded AND quantity < 0
            UNION
            SELECT item, location, lot, order_id, quantity, bounded, version FROM balance
            WHERE plant = ?1 AND item > ?2 AND item <= ?3 AND bounded AND quantity < 0
            ORDER BY item, location, lot, order_id LIMIT 100) AS n), 'null') ||
    ',"broken":' || coalesce((SELECT json_group_array(k.seq)
        FROM (SELECT DISTINCT seq FROM chain WHERE sum <> after ORDER BY seq LIMIT 100) AS k), 'null') ||
    '}'
