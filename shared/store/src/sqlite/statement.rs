//! Statements with lines that are switched on by name, so that a filter can be led by the index that fits it. Each set of
//! switches makes one fixed text, which drivers keep prepared.

/// The statement with the lines of these switches on, and those of all others gone.
pub(crate) fn switched(sql: &str, on: &[&str]) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        match line.trim_start().strip_prefix("--") {
            None => out.push_str(line),
            Some(comment) => match comment.split_once(": ") {
                Some((name, text)) if on.contains(&name) => out.push_str(text),
                _ => continue,
            },
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::switched;

    #[test]
    fn only_the_lines_that_were_asked_for_are_in_the_statement() {
        let sql = "-- What it is: a list.\nSELECT 1\n  --a: FROM a\n  --b: FROM b\nLIMIT 1";
        assert_eq!(switched(sql, &["b"]), "SELECT 1\nFROM b\nLIMIT 1\n");
    }
}
