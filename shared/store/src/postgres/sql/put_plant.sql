INSERT INTO plant (number, name, time_zone, shift_calendar, settings, created_ms)
SELECT (d ->> 'number')::bigint, d ->> 'name', d ->> 'time_zone', d -> 'shift_calendar', d -> 'settings', (d ->> 'created_ms')::bigint
FROM (SELECT $1::text::jsonb AS d) AS given
ON CONFLICT (number) DO UPDATE
SET name = excluded.name, time_zone = excluded.time_zone, shift_calendar = excluded.shift_calendar, settings = excluded.settings
RETURNING 'null'
