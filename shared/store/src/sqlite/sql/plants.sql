SELECT json_group_array(json_object('number', number, 'name', name, 'time_zone', time_zone,
    'shift_calendar', json(shift_calendar), 'settings', json(settings), 'created_ms', created_ms))
FROM (SELECT * FROM plant ORDER BY number)
