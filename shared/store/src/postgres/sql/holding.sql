-- $1 plant, $2 order, $3 records by kind and id, $4 kinds of children, $5 photos. All that the order holds, as of one moment. The seal of a
-- posting is looked for from the day before it on.
SELECT jsonb_build_object(
    'records', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state,
            'line', r.line, 'parent', r.parent, 'sort', r.sort, 'search', r.search, 'created_ms', r.created_ms,
            'updated_ms', r.updated_ms, 'body', r.body,
            'fields', (SELECT coalesce(jsonb_agg(jsonb_build_array(f.name, f.value) ORDER BY f.name, f.value), '[]')
                FROM record_field AS f WHERE f.plant = $1::bigint AND f.kind = r.kind AND f.id = r.id)) ORDER BY r.kind, r.id), '[]')
        FROM (SELECT n.* FROM jsonb_array_elements($3::text::jsonb) AS w, LATERAL (SELECT * FROM record AS o
                WHERE o.plant = $1::bigint AND o.kind = w ->> 0 AND o.id = w ->> 1 OFFSET 0) AS n
            UNION ALL
            SELECT n.* FROM jsonb_array_elements_text($4::text::jsonb) AS w, LATERAL (SELECT * FROM record AS o
                WHERE o.plant = $1::bigint AND o.kind = w AND o.parent = $2::text OFFSET 0) AS n) AS r),
    'postings', (SELECT coalesce(jsonb_agg(jsonb_build_object('place', p.epoch || '.' || p.xid::text || '.' || p.seq,
            'seal', (SELECT s.number FROM seal AS s WHERE s.plant = $1::bigint
                AND s.day >= to_char(to_timestamp(p.booked_ms / 1000 - 86400) AT TIME ZONE 'UTC', 'YYYY-MM-DD') COLLATE "C"
                AND string_to_array(s.to_place, '.')::numeric[] >= ARRAY[p.epoch, p.xid::text::numeric, p.seq]
                ORDER BY s.day, s.number LIMIT 1),
            'row', jsonb_build_object('seq', p.seq, 'id', p.id, 'movement', p.movement, 'kind', p.kind, 'item', p.item, 'lot', p.lot,
                'from', jsonb_build_object('location', p.from_location, 'order', p.from_order, 'bounded', p.from_bounded),
                'to', jsonb_build_object('location', p.to_location, 'order', p.to_order, 'bounded', p.to_bounded),
                'quantity', p.quantity, 'from_after', p.from_after, 'to_after', p.to_after, 'order', p.order_id,
                'operation', p.operation, 'document', p.document, 'reason', p.reason, 'user', p.user_id, 'device', p.device,
                'source', p.source, 'occurred_ms', p.occurred_ms, 'booked_ms', p.booked_ms, 'reverses', p.reverses,
                'reversed_by', (SELECT v.id FROM posting AS v WHERE v.plant = $1::bigint AND v.reverses = p.id)))
            ORDER BY p.epoch, p.xid, p.seq), '[]')
        FROM posting AS p WHERE p.plant = $1::bigint AND p.order_id = $2::text),
    'counters', (SELECT coalesce(jsonb_agg(jsonb_build_object('scope', c.scope, 'name', c.name, 'value', c.value) ORDER BY c.name), '[]')
        FROM counter AS c WHERE c.plant = $1::bigint AND c.scope = $2::text),
    'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'state', t.state, 'updated_ms', t.updated_ms, 'body', t.body)
            ORDER BY t.id), '[]')
        FROM jsonb_array_elements_text($4::text::jsonb) AS w,
            LATERAL (SELECT n.* FROM record AS r, receipt AS n WHERE r.plant = $1::bigint AND r.kind = w AND r.parent = $2::text
                AND n.plant = $1::bigint AND n.id = r.id OFFSET 0) AS t),
    'photos', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id, 'media_type', h.media_type, 'data', h.data, 'user', h."user",
            'at_ms', h.at_ms) ORDER BY h.id), '[]')
        FROM photo AS h WHERE h.plant = $1::bigint AND h.id IN (SELECT jsonb_array_elements_text($5::text::jsonb)))
)::text
