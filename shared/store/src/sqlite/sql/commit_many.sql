INSERT INTO commit_doc (doc) SELECT e.value FROM json_each(?1) AS e ORDER BY e.key
