SELECT json_object('now_ms', CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER),
    'size_bytes', (SELECT c.page_count * s.page_size FROM pragma_page_count AS c, pragma_page_size AS s),
    'page_bytes', (SELECT page_size FROM pragma_page_size))
