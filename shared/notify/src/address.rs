//! Addresses that a plant may name.

const URL_MAX: usize = 1_000;

/// `http` or `https`, a host, and nothing that could end up in a header or a log line of its own.
pub fn is_address(url: &str) -> bool {
    let is_clean = url.len() <= URL_MAX && url.bytes().all(|b| b.is_ascii_graphic());
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    is_clean
        && has_host
        && matches!(uri.scheme_str(), Some("http" | "https"))
        && !url.contains('@')
        && !url.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_called_are_told_apart() {
        for good in ["https://erp.example/takt", "http://10.0.0.7:8080/in?key=a%20b", "http://[fd00::1]/x"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "erp.example",
            "ftp://erp.example",
            "https://",
            "https://a b",
            "https://u:p@erp.example",
            "https://e/#x",
            "https://例.cn",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
