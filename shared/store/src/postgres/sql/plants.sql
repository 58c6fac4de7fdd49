SELECT coalesce(jsonb_agg(jsonb_build_object('number', number, 'name', name, 'time_zone', time_zone,
    'shift_calendar', shift_calendar, 'settings', settings, 'created_ms', created_ms) ORDER BY number), '[]')::text
FROM plant
