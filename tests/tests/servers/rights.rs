//! What `health/ready` says of a database that is not as it should be.

use takt_api::master::Health;
use takt_tests::host::{Host, run_well};
use takt_tests::wait::until;

use crate::site::Site;

fn part(host: &Host, name: &str) -> (bool, String) {
    let health: Health = host.client().get("/health/ready").json();
    let found = health.parts.iter().find(|part| part.part == name);
    found.map_or((true, String::new()), |part| (part.ok, part.detail.clone()))
}

#[test]
fn missing_rights_and_an_old_schema_are_named_with_what_to_do() {
    let site = Site::new(1);
    assert!(part(&site.host, "rights").0 && part(&site.host, "schema").0);
    for statement in [
        "CREATE ROLE worker LOGIN",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO worker",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO worker",
        "REVOKE DELETE ON receipt FROM worker",
    ] {
        site.postgres.run(statement);
    }
    let url = site.postgres.url("postgres").replace("postgres@", "worker@");
    let data = site.data.path().display().to_string();
    let mut other = std::process::Command::new(takt_tests::host::takt());
    let port = takt_test_servers::free_port();
    let listen = format!("127.0.0.1:{port}");
    other.args(["serve", "--listen", &listen, "--no-access-log", "--data", &data, "--postgres", &url]);
    other.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null());
    let mut child = other.spawn().expect("takt can be run");
    let client = takt_tests::client::Client::new(&format!("http://{listen}"));
    let found = until("the host says what is missing", || {
        let answer = client.try_send("GET", "/health/ready", None, None).ok()?;
        let health: Health = answer.json();
        let rights = health.parts.iter().find(|part| part.part == "rights")?.clone();
        Some((answer.status, rights))
    });
    // It is ours, and it may have ended.
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(found.0, 503, "{found:?}");
    assert!(
        !found.1.ok && found.1.detail.contains("GRANT SELECT, INSERT, UPDATE, DELETE ON receipt TO worker"),
        "{found:?}"
    );
    // Further on than this build is served as well: old components run beside new ones.
    site.postgres.run("UPDATE takt_schema SET version = version + 1");
    assert!(part(&site.host, "schema").0);
    site.postgres.run("UPDATE takt_schema SET version = version - 1");
    run_well(&["migrate", "--postgres", &site.postgres.url("postgres")], &[]);
}
