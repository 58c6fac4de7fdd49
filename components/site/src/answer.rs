//! What a request gets: a file, the page for any address of the app, or a problem document.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use takt_api::pages;
use takt_api::problem::{MEDIA_TYPE, Problem, ProblemType};
use takt_domain::text::Lang;

use crate::files::File;

/// Addresses that other components answer: what comes here of them does not exist.
const NOT_OURS: [&str; 4] = ["api", "health", "internal", "problems"];

/// Pages that moved to the desk, and where they are now: what people have kept still leads there.
const MOVED: [(&str, &str); 3] =
    [("/board", "/desk/board"), ("/new-order", "/desk/new-order"), ("/users", "/desk/users")];

pub(crate) fn answer(files: &[File], method: &Method, path: &str, headers: &HeaderMap) -> Response<Bytes> {
    if let Some((_, to)) = MOVED.iter().find(|(from, _)| *from == path) {
        return moved(to);
    }
    let Some(file) = find(files, path) else {
        return problem(ProblemType::NotFound, path, headers);
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut response = problem(ProblemType::MethodNotAllowed, path, headers);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let response = found(file, headers);
    if *method == Method::HEAD { response.map(|_| Bytes::new()) } else { response }
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    let of = |path: &str| files.iter().find(|file| file.path == path);
    let first = path.split('/').nth(1).unwrap_or_default();
    if NOT_OURS.contains(&first) {
        return None;
    }
    // What follows the first segments of a page's address may hold a dot, as item numbers do.
    let bundle = pages::of(path).or_else(|| (!path.contains('.')).then_some(&pages::PHONE));
    let page = |bundle: &pages::Bundle| files.iter().find(|file| file.path.strip_prefix('/') == Some(bundle.document));
    of(path).or_else(|| bundle.and_then(page))
}

fn moved(to: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(to));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn found(file: &File, headers: &HeaderMap) -> Response<Bytes> {
    let (encoding, body) = encoded(file, headers);
    // Each encoding is other bytes, so a strong validator names it too.
    let etag = format!("\"{}{}\"", file.hash, encoding.map_or(String::new(), |name| format!("-{name}")));
    let mut response = Response::new(Bytes::new());
    let set = response.headers_mut();
    let caching = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    set.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    set.insert(VARY, HeaderValue::from_static("accept-encoding"));
    set.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(pages::POLICY));
    set.insert("permissions-policy", HeaderValue::from_static(pages::PERMISSIONS));
    set.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        set.insert(ETAG, etag);
    }
    if is_known(headers, &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    set.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    if let Some(name) = encoding {
        set.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    *response.body_mut() = Bytes::from_static(body);
    response
}

/// Brotli, else gzip, else as it is: the first of them that is there and that the caller takes.
fn encoded<'a>(file: &File, headers: &HeaderMap) -> (Option<&'a str>, &'static [u8]) {
    let takes = |wanted: &str| {
        let ranges = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let mut named = ranges.flat_map(|text| text.split(',')).filter_map(|range| {
            let (name, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight: f32 = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok())?;
            name.trim().eq_ignore_ascii_case(wanted).then_some(weight > 0.0)
        });
        named.next().unwrap_or(false)
    };
    match (file.br, file.gz) {
        (Some(br), _) if takes("br") => (Some("br"), br),
        (_, Some(gz)) if takes("gzip") => (Some("gzip"), gz),
        _ => (None, file.identity),
    }
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|text| text.split(',')).map(str::trim).any(|tag| {
        // If-None-Match compares weakly.
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

fn problem(kind: ProblemType, path: &str, headers: &HeaderMap) -> Response<Bytes> {
    let lang = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = lang.map_or(Lang::default(), Lang::from_accept_language);
    let problem = Problem {
        kind: kind.uri().to_owned(),
        title: kind.title(lang).to_owned(),
        status: kind.status(),
        detail: path.to_owned(),
        unmet: Vec::new(),
        errors: Vec::new(),
        conflict: None,
    };
    let mut response = Response::new(Bytes::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::NOT_FOUND);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[File] = &[
        File {
            path: "/assets/takt-1.js",
            media_type: "text/javascript; charset=utf-8",
            hash: "a1",
            immutable: true,
            identity: b"plain",
            br: Some(b"br"),
            gz: Some(b"gz"),
        },
        File {
            path: "/index.html",
            media_type: "text/html; charset=utf-8",
            hash: "b2",
            immutable: false,
            identity: b"<html>",
            br: None,
            gz: None,
        },
        File {
            path: "/desk.html",
            media_type: "text/html; charset=utf-8",
            hash: "c3",
            immutable: false,
            identity: b"<html>desk",
            br: None,
            gz: None,
        },
        File {
            path: "/setup.html",
            media_type: "text/html; charset=utf-8",
            hash: "d4",
            immutable: false,
            identity: b"<html>setup",
            br: None,
            gz: None,
        },
        File {
            path: "/manager.html",
            media_type: "text/html; charset=utf-8",
            hash: "f6",
            immutable: false,
            identity: b"<html>manager",
            br: None,
            gz: None,
        },
        File {
            path: "/store.html",
            media_type: "text/html; charset=utf-8",
            hash: "e5",
            immutable: false,
            identity: b"<html>store",
            br: None,
            gz: None,
        },
    ];

    fn get(path: &str, headers: &[(&'static str, &str)]) -> Response<Bytes> {
        ask(&Method::GET, path, headers)
    }

    fn ask(method: &Method, path: &str, headers: &[(&'static str, &str)]) -> Response<Bytes> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                map.append(*name, value);
            }
        }
        answer(FILES, method, path, &map)
    }

    fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[test]
    fn the_best_encoding_that_the_caller_takes_is_sent() {
        let check = |accept: &str, encoding: &str, body: &str| {
            let response = get("/assets/takt-1.js", &[("accept-encoding", accept)]);
            assert_eq!((header(&response, "content-encoding"), &response.body()[..]), (encoding, body.as_bytes()));
            assert_eq!(header(&response, "vary"), "accept-encoding");
        };
        check("gzip, deflate, br, zstd", "br", "br");
        check("gzip", "gzip", "gz");
        check("br;q=0, gzip;q=0.5", "gzip", "gz");
        check("", "", "plain");
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_the_page_is_asked_for_each_time() {
        assert_eq!(header(&get("/assets/takt-1.js", &[]), "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&get("/", &[]), "cache-control"), "no-cache");
    }

    #[test]
    fn a_page_that_the_caller_has_is_not_sent_again() {
        let first = get("/", &[]);
        let again = get("/orders", &[("if-none-match", header(&first, "etag"))]);
        assert_eq!((again.status().as_u16(), again.body().len()), (304, 0));
        assert_eq!(get("/", &[("if-none-match", "\"old\"")]).status().as_u16(), 200);
    }

    #[test]
    fn every_address_of_the_app_gets_the_page_and_no_other_does() {
        for path in ["/", "/orders", "/orders/WO-1.5", "/orders/50%25", "/no-such-page"] {
            assert_eq!(&get(path, &[]).body()[..], b"<html>", "{path}");
        }
        for (path, page) in [
            ("/stock/R1.5K", "store"),
            ("/movements", "store"),
            ("/desk", "desk"),
            ("/desk/", "desk"),
            ("/desk/why/WO-1", "desk"),
            ("/desk/no-such-page", "desk"),
            ("/desk/manager", "manager"),
            ("/desk/operations/more", "manager"),
            ("/desk/users", "setup"),
            ("/desk/flows/R1.5K", "setup"),
        ] {
            assert_eq!(&get(path, &[]).body()[..], format!("<html>{page}").as_bytes(), "{path}");
        }
        for path in ["/desk/manager", "/desk/operations/", "/desk/operations/more"] {
            assert_eq!(&get(path, &[]).body()[..], b"<html>charts", "{path}");
        }
        for path in ["/api/v1/nothing", "/health/other", "/favicon.ico", "/assets/takt-2.js", "/.env"] {
            let response = get(path, &[]);
            assert_eq!((response.status().as_u16(), header(&response, "content-type")), (404, MEDIA_TYPE), "{path}");
        }
    }

    #[test]
    fn a_page_that_moved_to_the_desk_is_still_found() {
        for (from, to) in MOVED {
            let response = get(from, &[]);
            assert_eq!((response.status().as_u16(), header(&response, "location")), (308, to), "{from}");
        }
    }

    #[test]
    fn only_get_and_head_are_served_and_head_has_no_body() {
        let head = ask(&Method::HEAD, "/", &[]);
        assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));
        let post = ask(&Method::POST, "/", &[]);
        assert_eq!((post.status().as_u16(), header(&post, "allow")), (405, "GET, HEAD"));
    }
}
