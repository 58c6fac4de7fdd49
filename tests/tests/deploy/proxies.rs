//! The configurations of nginx: each runs, in front of the real host or over the real pages, with a certificate made by
//! `prepare`.

use std::path::Path;
use std::time::Duration;

use takt_test_servers::Nginx;
use takt_tests::host::{Folder, Fresh, Host, run_well};
use ureq::http::{HeaderMap, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::tools::{copy_of, run_time_s, script, seconds, text};

struct Asked {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Asked {
    fn of(answer: Result<Response<Body>, ureq::Error>) -> Self {
        let answer = answer.unwrap_or_else(|error| panic!("no answer: {error}"));
        let (head, mut body) = answer.into_parts();
        let body = body.read_to_vec().expect("a whole body");
        Self { status: head.status.as_u16(), headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Who trusts this authority and no other one.
fn agent(authority: &Path) -> Agent {
    let pem = std::fs::read(authority).expect("a certificate is made");
    let root = Certificate::from_pem(&pem).expect("it is one");
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build();
    let agent = Agent::config_builder().tls_config(tls).http_status_as_error(false).max_redirects(0);
    agent.timeout_global(Some(Duration::from_secs(60))).build().new_agent()
}

/// A certificate for `localhost`, in the server's own folder.
fn certify(nginx: &Nginx) -> Agent {
    let made = copy_of("box");
    script(&made.path().join("prepare"), &["localhost"], &[]).unwrap_or_else(|said| panic!("{said}"));
    std::fs::create_dir_all(nginx.folder().join("tls")).expect("a temporary folder is writable");
    for file in ["tls/tls.crt", "tls/tls.key"] {
        std::fs::copy(made.path().join(file), nginx.folder().join(file)).expect("a temporary folder is writable");
    }
    agent(&made.path().join("authority/ca.crt"))
}

/// The configuration with the places of here in those of a box; each has to be in it.
fn placed(configuration: &str, places: &[(&str, String)]) -> String {
    places.iter().fold(configuration.to_owned(), |text, (there, here)| {
        assert!(text.contains(there), "the configuration has no {there}");
        text.replace(there, here)
    })
}

fn listening(nginx: &Nginx) -> [(&'static str, String); 2] {
    let [plain, tls] = nginx.ports();
    [("listen 80;", format!("listen 127.0.0.1:{plain};")), ("listen 443 ", format!("listen 127.0.0.1:{tls} "))]
}

#[test]
fn the_proxy_of_the_box_gives_the_host_tls_and_small_answers_and_leaves_the_rest_as_it_is() {
    let data = Folder::copy_of(Fresh::small_template());
    let host = Host::start(data.path());
    let mut nginx = Nginx::reserve();
    let agent = certify(&nginx);
    let behind = host.base.strip_prefix("http://").expect("plain HTTP").to_owned();
    let own = nginx.folder().display().to_string();
    let places = [
        ("server takt:3000;", format!("server {behind};")),
        ("/var/run/nginx.pid", format!("{own}/pid")),
        ("/dev/stderr", format!("{own}/error.log")),
        ("/dev/stdout", format!("{own}/access.log")),
    ];
    let places: Vec<_> = places.into_iter().chain(listening(&nginx)).collect();
    nginx.run(&placed(&text("deploy/box/nginx.conf"), &places));
    let [plain, tls] = nginx.ports();
    let at = |path: &str| format!("https://localhost:{tls}{path}");
    let get = |path: &str, accepts: &str| Asked::of(agent.get(at(path)).header("accept-encoding", accepts).call());

    let redirected = Asked::of(agent.get(format!("http://localhost:{plain}/orders?a=b")).call());
    assert_eq!((redirected.status, redirected.header("location")), (301, "https://localhost/orders?a=b"));

    let page = get("/", "gzip, br");
    assert_eq!((page.status, page.header("content-encoding")), (200, "br"), "{}", page.body);
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    assert!(page.header("content-security-policy").contains("default-src"), "{:?}", page.headers);

    let document = get("/openapi.json", "gzip, br");
    assert_eq!((document.status, document.header("content-encoding")), (200, "gzip"));
    assert!(document.header("vary").to_lowercase().contains("accept-encoding"), "{:?}", document.headers);
    assert_eq!(get("/openapi.json", "identity").header("content-encoding"), "");

    let health = get("/health/ready", "gzip");
    assert!(health.status == 200 && health.body.contains("\"ok\":true"), "{}", health.body);
    assert_eq!(health.header("strict-transport-security"), "max-age=31536000");

    // What components refuse as too large they say themselves; the proxy takes as much as the host.
    let sent = |kib: usize| {
        let body = format!("{{\"user\":\"{}\"}}", "x".repeat(kib * 1024));
        Asked::of(agent.post(at("/api/v1/session")).header("content-type", "application/json").send(body))
    };
    let large = sent(300);
    assert_eq!((large.status, large.header("content-type")), (413, "application/problem+json"), "{}", large.body);
    assert_eq!(sent(1100).status, 413);

    let tick = Asked::of(agent.post(at("/internal/v1/tick")).send_empty());
    assert_eq!(tick.status, 404, "{}", tick.body);
    let stranger = get("/api/v1/plant", "gzip");
    assert_eq!((stranger.status, stranger.header("content-type")), (401, "application/problem+json"));
}

#[test]
fn each_proxy_waits_longer_than_a_call_may_run_and_lets_go_of_a_connection_before_the_host_does() {
    let configuration = text("deploy/box/nginx.conf");
    let value = |name: &str| {
        let line = configuration.lines().find_map(|line| line.trim().strip_prefix(&format!("{name} ")));
        line.and_then(|line| line.strip_suffix(';')).unwrap_or_else(|| panic!("there is no {name}"))
    };
    assert!(seconds(value("proxy_read_timeout")) > run_time_s());
    assert!(seconds(value("proxy_send_timeout")) > run_time_s());
    let server = text("host/runtime/src/server.rs");
    let idle = server.split_once("HEAD_TIMEOUT: Duration = Duration::from_secs(").expect("the host's own").1;
    let idle: i64 = idle.split(')').next().and_then(|text| text.parse().ok()).expect("a number");
    assert!(seconds(value("keepalive_timeout")) < idle);
    let options = text("host/runtime/src/options.rs");
    assert!(options.contains("request_body_bytes: 1024 * 1024"), "the proxy takes 1 MiB, and the host something else");
    assert_eq!(value("client_max_body_size"), "1m");
}

#[test]
fn the_pages_stand_at_a_static_host_with_tls() {
    let mut nginx = Nginx::reserve();
    let agent = certify(&nginx);
    let site = Folder::new();
    let out = site.path().to_str().expect("a plain path");
    run_well(&["site", "--api", "https://api.example", "--out", out], &[]);
    let own = nginx.folder().display().to_string();
    let places = [("/etc/nginx/tls/", "tls/".to_owned()), ("/srv/takt-site", out.to_owned())];
    let places: Vec<_> = places.into_iter().chain(listening(&nginx)).collect();
    let servers = placed(&text("deploy/static/nginx.conf"), &places);
    nginx.run(&format!(
        "pid {own}/pid;\nerror_log {own}/error.log;\nevents {{ }}\nhttp {{\naccess_log off;\n{servers}\n}}\n"
    ));
    let [_, tls] = nginx.ports();
    let get = |path: &str| {
        let call = agent.get(format!("https://localhost:{tls}{path}"));
        Asked::of(call.header("accept-encoding", "gzip").call())
    };
    for path in ["/", "/orders/WO-1", "/desk/board", "/desk/manager", "/service-worker.js"] {
        let page = get(path);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert!(page.header("content-security-policy").contains("https://api.example"), "{path}: {:?}", page.headers);
    }
    assert_eq!(["/nginx.conf", "/api/v1/plant", "/assets/none.js"].map(|path| get(path).status), [404; 3]);
}
