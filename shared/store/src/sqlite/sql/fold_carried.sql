INSERT INTO carried_fold (plant, item) VALUES (?1, ?2)
