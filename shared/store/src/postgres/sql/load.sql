SELECT takt_load($1::text::jsonb)::text
