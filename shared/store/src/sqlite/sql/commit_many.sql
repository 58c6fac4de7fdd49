INSERT INTO commit_in (doc) SELECT e.value FROM json_each(?1) AS e ORDER BY e.key
