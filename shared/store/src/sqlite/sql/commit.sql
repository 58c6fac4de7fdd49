INSERT INTO commit_in (doc) VALUES (?1)
