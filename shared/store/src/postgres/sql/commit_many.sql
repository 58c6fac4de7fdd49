SELECT takt_commit_many($1::text::jsonb)::text
