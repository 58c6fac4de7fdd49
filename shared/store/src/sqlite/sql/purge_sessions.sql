DELETE FROM session WHERE expires_ms <= ?1
