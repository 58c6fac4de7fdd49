-- $1 plant, $2 epoch, $3 transaction and $4 seq of the first one that may be unsealed.
SELECT jsonb_build_object('count', count(*), 'oldest_ms', min(booked_ms))::text
FROM posting WHERE plant = $1::bigint AND (epoch, xid, seq) >= ($2::bigint, $3::text::xid8, $4::bigint)
