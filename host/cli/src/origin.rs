//! An origin: scheme, host and port of an address, as browsers compare them.

/// Reads one, such as `https://floor.example` or `http://127.0.0.1:3000`; a slash at its end is left out.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    let expected = || "expected an origin such as https://floor.example, without a path".to_owned();
    if text == "*" {
        return Err("name the pages that may ask, rather than all of them".to_owned());
    }
    let uri: http::Uri = text.parse().map_err(|_| expected())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let (Some(authority), true, true, None) = (uri.authority(), is_web, uri.path() == "/", uri.query()) else {
        return Err(expected());
    };
    if authority.as_str().contains('@') {
        return Err(expected());
    }
    Ok(text.trim_end_matches('/').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_more() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(origin(text).ok().as_deref(), expected, "{text}");
        };
        check("https://floor.example", Some("https://floor.example"));
        check("https://Floor.example/", Some("https://floor.example"));
        check("http://127.0.0.1:3000", Some("http://127.0.0.1:3000"));
        check("https://floor.example/pages", None);
        check("https://floor.example/?a", None);
        check("https://user@floor.example", None);
        check("floor.example", None);
        check("ftp://floor.example", None);
        check("*", None);
        check("", None);
    }
}
