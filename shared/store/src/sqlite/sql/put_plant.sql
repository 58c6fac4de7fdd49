INSERT INTO plant (number, name, time_zone, shift_calendar, settings, created_ms)
VALUES (?1 ->> '$.number', ?1 ->> '$.name', ?1 ->> '$.time_zone', ?1 -> '$.shift_calendar', ?1 -> '$.settings', ?1 ->> '$.created_ms')
ON CONFLICT (number) DO UPDATE
SET name = excluded.name, time_zone = excluded.time_zone, shift_calendar = excluded.shift_calendar, settings = excluded.settings
