INSERT INTO commit_doc (doc) VALUES (?1)
