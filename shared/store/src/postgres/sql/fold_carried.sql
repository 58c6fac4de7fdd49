SELECT takt_fold_carried($1::bigint, $2::text)::text
