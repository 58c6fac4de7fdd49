//! What a statement does to the session that it runs in, as far as its words tell.
//!
//! The protocol's own mark, whether a transaction is open, is not shown by the client library; since each message is one
//! statement, its first word tells the same.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Begins,
    Ends,
    /// Leaves something that the next one must not find: a setting, a temporary table, a lock of the session.
    Taints,
}

impl Effect {
    pub(super) fn of(sql: &str) -> Self {
        let lower = after_comments(sql).to_ascii_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        match first {
            "begin" | "start" => Self::Begins,
            "commit" | "end" | "abort" if !lower.contains("chain") => Self::Ends,
            "rollback" if second != "to" && !lower.contains("chain") => Self::Ends,
            "rollback" | "commit" | "end" | "abort" | "savepoint" | "release" => Self::Begins,
            "set" if matches!(second, "local" | "transaction" | "constraints") => Self::None,
            "set" | "reset" | "listen" | "unlisten" | "declare" | "prepare" | "deallocate" | "discard" | "load"
            | "do" | "call" | "" => Self::Taints,
            "create" if lower.contains("temp") => Self::Taints,
            _ if lower.contains("advisory_lock") || lower.contains("set_config") => Self::Taints,
            _ => Self::None,
        }
    }
}

/// What follows the comments in front; nothing where one of them has no end.
fn after_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            after_block(comment)
        } else {
            return rest;
        }
        .trim_start();
    }
}

/// Comments between these marks stand in each other.
fn after_block(comment: &str) -> &str {
    let (mut depth, mut rest) = (1, comment);
    while depth > 0 {
        let Some(end) = rest.find("*/") else { return "" };
        match rest.find("/*").filter(|begin| *begin < end) {
            Some(begin) => {
                depth += 1;
                rest = &rest[begin + 2..];
            }
            None => {
                depth -= 1;
                rest = &rest[end + 2..];
            }
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_tells_what_it_leaves_behind() {
        for (sql, effect) in [
            ("select 1", Effect::None),
            (" insert into a values (1)", Effect::None),
            ("BEGIN", Effect::Begins),
            ("start transaction", Effect::Begins),
            ("COMMIT", Effect::Ends),
            ("commit and chain", Effect::Begins),
            ("rollback to savepoint a", Effect::Begins),
            ("ROLLBACK;", Effect::Ends),
            ("SET search_path = x", Effect::Taints),
            ("set local x = 1", Effect::None),
            ("select pg_advisory_lock(1)", Effect::Taints),
            ("create temporary table a (b int)", Effect::Taints),
            ("/* x */ begin", Effect::Begins),
            ("-- begin\n  -- more\nselect 1", Effect::None),
            ("/* a /* b */ begin */ select 1", Effect::None),
            ("-- select 1\nset x = 1", Effect::Taints),
            ("/* select 1", Effect::Taints),
            ("-- select 1", Effect::Taints),
        ] {
            assert_eq!(Effect::of(sql), effect, "{sql}");
        }
    }
}
