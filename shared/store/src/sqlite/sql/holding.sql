-- ?1 plant, ?2 order, ?3 records by kind and id, ?4 kinds of children, ?5 photos. All that the order holds, as of one moment; put together as
-- text, since what a subquery gives would have to be parsed once more. The seal of a posting is looked for from the day before it on.
SELECT
    '{"records":' || (SELECT json_group_array(json_object('kind', r.kind, 'id', r.id, 'version', r.version, 'state', r.state,
            'line', r.line, 'parent', r.parent, 'sort', r.sort, 'search', r.search, 'created_ms', r.created_ms,
            'updated_ms', r.updated_ms, 'body', json(r.body), 'fields', json((SELECT json_group_array(json_array(f.name, f.value))
                FROM (SELECT * FROM record_field AS n WHERE n.plant = ?1 AND n.kind = r.kind AND n.id = r.id
                    ORDER BY n.name, n.value) AS f))))
        FROM (SELECT * FROM record WHERE rowid IN (
                SELECT n.rowid FROM json_each(?3) AS w
                CROSS JOIN record AS n ON n.plant = ?1 AND n.kind = w.value ->> 0 AND n.id = w.value ->> 1
                UNION
                SELECT n.rowid FROM json_each(?4) AS w
                CROSS JOIN record AS n ON n.plant = ?1 AND n.kind = w.value AND n.parent = ?2)
            ORDER BY kind, id) AS r) ||
    ',"postings":' || (SELECT json_group_array(json_object('place', CAST(p.seq AS TEXT),
            'seal', (SELECT s.number FROM seal AS s WHERE s.plant = ?1
                AND s.day >= strftime('%Y-%m-%d', p.booked_ms / 1000 - 86400, 'unixepoch') AND CAST(s.to_place AS INTEGER) >= p.seq
                ORDER BY s.day, s.number LIMIT 1),
            'row', json_object('seq', p.seq, 'id', p.id, 'movement', p.movement, 'kind', p.kind, 'item', p.item, 'lot', p.lot,
                'from', json_object('location', p.from_location, 'order', p.from_order,
                    'bounded', json(iif(p.from_bounded, 'true', 'false'))),
                'to', json_object('location', p.to_location, 'order', p.to_order,
                    'bounded', json(iif(p.to_bounded, 'true', 'false'))),
                'quantity', p.quantity, 'from_after', p.from_after, 'to_after', p.to_after, 'order', p.order_id,
                'operation', p.operation, 'document', p.document, 'reason', p.reason, 'user', p.user, 'device', p.device,
                'source', p.source, 'occurred_ms', p.occurred_ms, 'booked_ms', p.booked_ms, 'reverses', p.reverses,
                'reversed_by', (SELECT v.id FROM posting AS v WHERE v.plant = ?1 AND v.reverses = p.id))))
        FROM (SELECT * FROM posting INDEXED BY posting_by_order WHERE plant = ?1 AND order_id = ?2 ORDER BY seq) AS p) ||
    ',"counters":' || (SELECT json_group_array(json_object('scope', c.scope, 'name', c.name, 'value', c.value))
        FROM (SELECT * FROM counter WHERE plant = ?1 AND scope = ?2 ORDER BY name) AS c) ||
    ',"receipts":' || (SELECT json_group_array(json_object('id', t.id, 'state', t.state, 'updated_ms', t.updated_ms,
            'body', json(t.body)))
        FROM (SELECT n.* FROM json_each(?4) AS w
            CROSS JOIN record AS r ON r.plant = ?1 AND r.kind = w.value AND r.parent = ?2
            CROSS JOIN receipt AS n ON n.plant = ?1 AND n.id = r.id
            ORDER BY n.id) AS t) ||
    ',"photos":' || (SELECT json_group_array(json_object('id', h.id, 'media_type', h.media_type, 'data', h.data, 'user', h.user,
            'at_ms', h.at_ms))
        FROM (SELECT n.* FROM json_each(?5) AS w CROSS JOIN photo AS n ON n.plant = ?1 AND n.id = w.value ORDER BY n.id) AS h) ||
    '}'
