SELECT takt_commit($1::text::jsonb)::text
