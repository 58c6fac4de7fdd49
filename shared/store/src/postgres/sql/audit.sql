-- $1 plant, $2 the item before the slice, $3 its last one. The postings alone say what is right.
WITH side AS MATERIALIZED (
    SELECT seq, item, from_location AS location, lot, from_order AS order_id, -quantity AS delta, from_bounded AS bounded,
        from_after AS after
    FROM posting WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text
    UNION ALL
    SELECT seq, item, to_location, lot, to_order, quantity, to_bounded, to_after
    FROM posting WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text
    UNION ALL
    SELECT seq, item, location, lot, order_id, delta, bounded, after
    FROM carried WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text
), chain AS (
    SELECT seq, after, sum(delta) OVER (PARTITION BY item, location, lot, order_id ORDER BY seq) AS total FROM side
), total AS MATERIALIZED (
    SELECT item, location, lot, order_id, sum(delta)::bigint AS quantity, bool_or(bounded) AS bounded, max(seq) AS version
    FROM side GROUP BY item, location, lot, order_id
), mismatch AS MATERIALIZED (
    SELECT item, location, lot, order_id, b.quantity AS balance, coalesce(t.quantity, 0) AS postings
    FROM total AS t
    FULL JOIN (SELECT * FROM balance WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text) AS b USING (item, location, lot, order_id)
    WHERE b.quantity IS DISTINCT FROM t.quantity
), negative AS (
    SELECT item, location, lot, order_id, quantity, version FROM total WHERE bounded AND quantity < 0
    UNION
    SELECT item, location, lot, order_id, quantity, version FROM balance
    WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text AND bounded AND quantity < 0
)
SELECT jsonb_build_object(
    'postings', (SELECT count(*) FROM posting WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text),
    'balances', (SELECT count(*) FROM balance WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text),
    'mismatch_count', (SELECT count(*) FROM mismatch),
    'mismatches', (SELECT coalesce(jsonb_agg(jsonb_build_object('item', m.item, 'location', m.location, 'lot', m.lot,
            'order', m.order_id, 'balance', m.balance, 'postings', m.postings)), '[]')
        FROM (SELECT * FROM mismatch ORDER BY item, location, lot, order_id LIMIT 100) AS m),
    'unconserved', (SELECT coalesce(jsonb_agg(jsonb_build_object('item', u.item, 'sum', u.total)), '[]')
        FROM (SELECT item, sum(quantity)::bigint AS total FROM balance
        WHERE plant = $1::bigint AND item > $2::text AND item <= $3::text GROUP BY item
            HAVING sum(quantity) <> 0 ORDER BY item LIMIT 100) AS u),
    'negatives', (SELECT coalesce(jsonb_agg(jsonb_build_object('item', n.item, 'location', n.location, 'lot', n.lot,
            'order', n.order_id, 'quantity', n.quantity, 'bounded', true, 'version', n.version)), '[]')
        FROM (SELECT * FROM negative ORDER BY item, location, lot, order_id LIMIT 100) AS n),
    'broken', (SELECT coalesce(jsonb_agg(k.seq), '[]')
        FROM (SELECT DISTINCT seq FROM chain WHERE total <> after ORDER BY seq LIMIT 100) AS k)
)::text
