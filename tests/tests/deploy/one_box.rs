//! The compose file, the image, and what `prepare` makes.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use takt_tests::host::{root, run_well};

use crate::tools::{copy_of, drain_s, judge, script, seconds, text};

fn compose() -> Value {
    let file = root().join("deploy/box/compose.yaml");
    judge(&["compose", &file.display().to_string()]).unwrap_or_else(|said| panic!("{said}"))
}

fn services(compose: &Value) -> Vec<(&String, &Value)> {
    compose["services"].as_object().expect("services").iter().collect()
}

/// The words of a list.
fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_box_is_as_the_compose_specification_says_and_each_service_is_bounded_looked_at_and_begun_again() {
    let compose = compose();
    let names: Vec<_> = services(&compose).into_iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cache", "postgres", "proxy", "queue", "takt"]);
    for (name, service) in services(&compose) {
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert!(!words(&service["healthcheck"]["test"]).is_empty(), "{name} has no health check");
        assert!(service["deploy"]["resources"]["limits"]["memory"].is_string(), "{name} may take all memory");
        assert_eq!(words(&service["cap_drop"]), ["ALL"], "{name}");
        let image = service["image"].as_str().expect("an image");
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        assert!(!matches!(tag, "" | "latest"), "{image} is another one tomorrow");
        // Only the proxy can be reached from outside.
        assert_eq!(service["ports"].is_array(), name == "proxy", "{name}");
        let inside = words(&service["networks"]).contains(&"front");
        assert_eq!(inside, matches!(name.as_str(), "proxy" | "takt"), "{name}");
    }
    assert_eq!(compose["networks"]["back"]["internal"], true);
    // Each begins after whom it needs, and a service that it waits for has a check that can say so.
    for (name, needs) in [("proxy", vec!["takt"]), ("takt", vec!["cache", "postgres", "queue"])] {
        let on = compose["services"][name]["depends_on"].as_object().expect("needs");
        assert_eq!(on.keys().map(String::as_str).collect::<Vec<_>>(), needs, "{name}");
        assert!(on.values().all(|need| need["condition"] == "service_healthy"), "{name}");
    }
}

#[test]
fn the_queue_of_the_box_forgets_nothing_and_its_cache_keeps_nothing() {
    let compose = compose();
    let setting = |service: &str, name: &str| {
        let command = words(&compose["services"][service]["command"]);
        let at = command.iter().position(|word| *word == format!("--{name}"));
        at.and_then(|at| command.get(at + 1)).map(|value| (*value).to_owned())
    };
    let check = |service: &str, expected: [(&str, &str); 4]| {
        for (name, value) in expected {
            assert_eq!(setting(service, name).as_deref(), Some(value), "{service} {name}");
        }
    };
    let [append, policy] = ["appendonly", "maxmemory-policy"];
    check("queue", [(append, "yes"), ("appendfsync", "always"), (policy, "noeviction"), ("save", "")]);
    check("cache", [(append, "no"), ("maxmemory", "256mb"), (policy, "allkeys-lru"), ("save", "")]);
    let of = |service: &str| &compose["services"][service];
    assert_eq!(words(&of("queue")["volumes"]), ["queue:/data"]);
    assert!(of("cache")["volumes"].is_null());
}

#[test]
fn the_box_tells_the_host_only_what_the_host_reads_and_gives_it_time_to_end() {
    let compose = compose();
    let takt = &compose["services"]["takt"];
    let help = run_well(&["serve", "--help"], &[]);
    let told = takt["environment"].as_object().expect("environment");
    let prepared = copy_of("box");
    script(&prepared.path().join("prepare"), &["localhost"], &[]).unwrap_or_else(|said| panic!("{said}"));
    let secret = std::fs::read_to_string(prepared.path().join("secrets/takt.env")).expect("it is made");
    let names = told.keys().map(String::as_str).chain(secret.lines().filter_map(|line| Some(line.split_once('=')?.0)));
    for name in names {
        assert!(help.contains(&format!("[env: {name}")), "`takt serve` reads no {name}");
    }
    // Each address leads to a service of the box.
    for url in told.values().filter_map(Value::as_str).chain(secret.lines()) {
        let host = url.rsplit_once("//").map_or(url, |(_, rest)| rest.rsplit_once('@').map_or(rest, |(_, host)| host));
        let (host, port) = host.split_once(':').expect("a port");
        let port = port.split('/').next();
        let expected = if host == "postgres" { "5432" } else { "6379" };
        assert!(compose["services"][host].is_object() && port == Some(expected), "{url} leads nowhere");
    }
    let grace = takt["stop_grace_period"].as_str().expect("a span");
    assert!(seconds(grace) > drain_s(), "the box kills a host that still finishes what it has");
    // The port is the same everywhere.
    let image = text("deploy/Containerfile");
    assert!(image.contains("EXPOSE 3000") && image.contains("0.0.0.0:3000"));
    assert!(words(&takt["healthcheck"]["test"]).contains(&"http://127.0.0.1:3000/health/ready"));
    assert!(text("deploy/box/nginx.conf").contains("server takt:3000;"));
}

#[test]
fn the_image_is_built_by_the_toolchain_of_the_project_and_takes_what_the_host_looks_for() {
    let image = text("deploy/Containerfile");
    let toolchain: toml::Table = text("rust-toolchain.toml").parse().expect("TOML");
    let channel = toolchain["toolchain"]["channel"].as_str().expect("a channel");
    let version = channel.rsplit_once('.').map_or(channel, |(version, _)| version);
    assert!(image.contains(&format!("/rust:{version}-")), "{channel} would be fetched beside what the image has");
    let manifest = crate::tools::manifest();
    for (name, component) in manifest["component"].as_table().expect("components") {
        let source = Path::new(component["source"].as_str().expect("a source"));
        let folder = source.parent().expect("a folder").display().to_string();
        assert!(image.contains(&format!("/src/{folder}/*.wasm {folder}/")), "{name} is not in the image");
    }
    assert!(image.contains("COPY --from=build /src/spin.toml ./"));
    let version = &manifest["application"]["version"];
    assert_eq!(compose()["services"]["takt"]["image"], format!("takt-host:{}", version.as_str().expect("a version")));
}

#[test]
fn what_is_secret_is_made_once_is_read_by_nobody_else_and_stands_in_no_file_of_the_repository() {
    let folder = copy_of("box");
    let prepare =
        |name: &str| script(&folder.path().join("prepare"), &[name], &[]).unwrap_or_else(|said| panic!("{said}"));
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let files = ["secrets/takt.env", "secrets/postgres.env", "tls/tls.key", "tls/tls.crt", "authority/ca.key"];
    assert!(prepare("floor.example").contains("authority/ca.crt"));
    let made = files.map(read);
    for file in files {
        let mode = std::fs::metadata(folder.path().join(file)).expect("it is made").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        let ignored = std::process::Command::new("git")
            .args(["check-ignore", "--quiet", &format!("deploy/box/{file}")])
            .current_dir(root())
            .status();
        assert!(ignored.is_ok_and(|status| status.success()), "git would take {file}");
    }
    let password = made[1].trim().strip_prefix("POSTGRES_PASSWORD=").expect("a password").to_owned();
    assert!(password.len() == 48 && made[0].contains(&format!("postgres://takt:{password}@postgres:5432/takt")));
    assert_eq!(prepare("other.example"), "");
    assert_eq!(files.map(read), made, "it is made once");
    let other = copy_of("box");
    script(&other.path().join("prepare"), &["floor.example"], &[]).unwrap_or_else(|said| panic!("{said}"));
    let another = std::fs::read_to_string(other.path().join("secrets/takt.env")).expect("it is made");
    assert_ne!(another, made[0], "no two boxes have one password");
    let compose = compose();
    for (name, service) in services(&compose) {
        let told = service["environment"].to_string().to_lowercase();
        assert!(
            !told.contains("password") && !told.contains('@'),
            "{name} is told a secret in the compose file: {told}"
        );
        for file in words(&service["env_file"]) {
            assert!(folder.path().join(file).is_file(), "{name}: nobody makes {file}");
        }
    }
}
