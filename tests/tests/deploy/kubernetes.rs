//! The overlays, as kustomize builds them: each object as its schema says, and all of them together fit `spin.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use takt_tests::host::{Folder, root, run_well};

use crate::fields::wrong_with;
use crate::tools::{copy_of, judge, manifest, run_time_s, script, seconds, text, tracked, yaml};

const POSTGRES: &str = "postgres://takt:SECRET@db.example:5432/takt?sslmode=require";

/// What each overlay needs to be told.
fn environment(overlay: &str) -> Vec<(&'static str, &'static str)> {
    match overlay {
        "edge" => vec![("TAKT_POSTGRES", POSTGRES)],
        _ => vec![("BACKUP_ACCESS_KEY_ID", "of-a-test"), ("BACKUP_SECRET_ACCESS_KEY", "of-a-test-too")],
    }
}

fn overlays() -> &'static BTreeMap<String, Vec<Value>> {
    static BUILT: OnceLock<BTreeMap<String, Vec<Value>>> = OnceLock::new();
    BUILT.get_or_init(|| {
        let copy = copy_of("kubernetes");
        let folders = std::fs::read_dir(copy.path().join("overlays")).expect("there are overlays");
        let build = |folder: std::path::PathBuf| {
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            let there = folder.display().to_string();
            script(&copy.path().join("secrets"), &[&there], &environment(&name))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            let built = judge(&["build", &there]).unwrap_or_else(|said| panic!("{name}: {said}"));
            (name, built.as_array().expect("a list").clone())
        };
        folders.map(|entry| build(entry.expect("a folder is readable").path())).collect()
    })
}

fn of<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().expect("a name")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn words(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// Overlays in which components run.
fn running() -> impl Iterator<Item = (&'static String, &'static Vec<Value>)> {
    overlays().iter().filter(|(_, objects)| !of(objects, "SpinApp").is_empty())
}

/// Everything of this name in a document, however deep.
fn all<'a>(value: &'a Value, wanted: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if name == wanted {
                    found.push(value);
                }
                all(value, wanted, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, wanted, found)),
        _ => {}
    }
}

#[test]
fn each_object_of_each_overlay_is_as_its_schema_says() {
    let names: Vec<_> = overlays().keys().map(String::as_str).collect();
    assert_eq!(names, ["edge", "edge-store", "private-cloud", "public-cloud"]);
    for (overlay, objects) in overlays() {
        let mut seen = BTreeSet::new();
        for object in objects {
            let api = object["apiVersion"].as_str().expect("a version");
            assert!(seen.insert((object["kind"].to_string(), name(object))), "{overlay}: {} twice", name(object));
            if object["kind"] != "Namespace" {
                assert_eq!(object["metadata"]["namespace"], "takt", "{overlay}: {}", name(object));
            }
            // The others were judged while they were built.
            let judged =
                ["v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "keda.sh/v1alpha1"].contains(&api);
            let wrong = if judged { Vec::new() } else { wrong_with(object) };
            assert!(wrong.is_empty(), "{overlay}: {} {}: {}", object["kind"], name(object), wrong.join("; "));
        }
    }
}

/// Kustomize says nothing of a patch that meets nobody.
#[test]
fn each_patch_has_something_to_change() {
    for (overlay, objects) in overlays() {
        let file = root().join("deploy/kubernetes/overlays").join(overlay).join("kustomization.yaml");
        let kustomization = &yaml(&file)[0];
        for patch in list(&kustomization["patches"]) {
            let (kind, wanted) = (&patch["target"]["kind"], patch["target"]["name"].as_str());
            let meets = |object: &&Value| object["kind"] == *kind && wanted.is_none_or(|wanted| wanted == name(object));
            assert!(objects.iter().any(|object| meets(&object)), "{overlay}: there is no {kind} {wanted:?} to patch");
        }
        for image in list(&kustomization["images"]) {
            let new = format!(
                "{}:{}",
                image["newName"].as_str().unwrap_or_default(),
                image["newTag"].as_str().unwrap_or_default()
            );
            let used = objects.iter().any(|object| object.to_string().contains(&format!("\"image\":\"{new}\"")));
            assert!(used, "{overlay}: nothing runs {new}");
        }
    }
}

#[test]
fn each_address_leads_to_one_group_that_has_its_component_and_whom_that_one_calls() {
    let manifest = manifest();
    let components = manifest["component"].as_table().expect("components");
    for (overlay, objects) in running() {
        let apps: BTreeMap<_, _> = of(objects, "SpinApp").into_iter().map(|app| (name(app), app)).collect();
        let groups: BTreeMap<_, BTreeSet<_>> =
            apps.iter().map(|(name, app)| (*name, words(&app["spec"]["components"]).into_iter().collect())).collect();
        let executors: BTreeSet<_> = of(objects, "SpinAppExecutor").into_iter().map(name).collect();
        let used: BTreeSet<_> = apps.values().filter_map(|app| app["spec"]["executor"].as_str()).collect();
        assert_eq!(
            (executors.len(), &executors),
            (apps.len(), &used),
            "{overlay}: each group has an executor of its own"
        );
        for (group, has) in &groups {
            for component in has {
                let known = components.get(*component).unwrap_or_else(|| panic!("{group}: there is no {component}"));
                // Spin looks for these in the same process, and refuses to start without them.
                let called =
                    known.get("allowed_outbound_hosts").and_then(|hosts| hosts.as_array()).into_iter().flatten();
                for host in called.filter_map(|host| host.as_str()?.strip_suffix(".spin.internal")) {
                    let callee = host.trim_start_matches("http://");
                    assert!(has.contains(callee), "{overlay}: {component} calls {callee}, which {group} has not");
                }
            }
            for probe in ["liveness", "readiness"] {
                let path = apps[group]["spec"]["checks"][probe]["httpGet"]["path"].as_str();
                assert!(
                    path.is_some_and(|path| path.starts_with("/health/")) && has.contains("plant"),
                    "{group} {probe}"
                );
            }
        }
        let route = of(objects, "HTTPRoute").into_iter().find(|route| name(route) == "takt").expect("a route");
        let rules = list(&route["spec"]["rules"]);
        // As the gateway matches: the longest prefix, by whole segments.
        let group = |address: &str| {
            let matches = rules.iter().flat_map(|rule| list(&rule["matches"]).iter().map(move |found| (rule, found)));
            let fits = matches.filter_map(|(rule, found)| {
                let prefix = found["path"]["value"].as_str().expect("a prefix").trim_end_matches('/');
                let rest = address.strip_prefix(prefix)?;
                (rest.is_empty() || rest.starts_with('/')).then_some((prefix.len(), rule))
            });
            let (_, rule) = fits.max_by_key(|(length, _)| *length).expect("some rule takes every address");
            rule["backendRefs"][0]["name"].as_str().expect("a backend")
        };
        let mut served: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for trigger in manifest["trigger"]["http"].as_array().expect("addresses") {
            let component = trigger["component"].as_str().expect("a component");
            // A private one has no address, and the tick is called inside: see below.
            let Some(address) = trigger["route"].as_str().filter(|address| *address != "/internal/v1/tick") else {
                continue;
            };
            let inner = address.replace("...", "x/y");
            for address in [address.trim_end_matches("/..."), &inner] {
                let group = group(if address.is_empty() { "/" } else { address });
                assert!(
                    groups[group].contains(component),
                    "{overlay}: {address} leads to {group}, which lacks {component}"
                );
                served.entry(component).or_default().insert(group);
            }
        }
        let all: BTreeSet<_> = components.keys().map(String::as_str).collect();
        assert_eq!(served.keys().copied().collect::<BTreeSet<_>>(), all, "{overlay}: each component is served");
        for (component, groups) in served {
            assert_eq!(groups.len(), 1, "{overlay}: {component} is served by {groups:?}");
        }
        for rule in rules {
            assert!(seconds(rule["timeouts"]["request"].as_str().expect("a limit")) > run_time_s(), "{overlay}");
            assert!(list(&rule["matches"]).len() <= 8, "{overlay}: gateways take eight matches in a rule");
            assert_eq!(rule["backendRefs"][0]["port"], 80, "{overlay}: the operator's services listen there");
        }
        let tick = of(objects, "CronJob")[0].to_string();
        let host = tick.split_once("POST http://").and_then(|(_, rest)| rest.split_once("/internal/v1/tick"));
        let host = host.expect("the tick's address").0;
        assert!(groups[host].contains("aggregator"), "{overlay}: the tick calls {host}");
        let knows: Vec<_> = apps.iter().filter(|(_, app)| app["spec"].to_string().contains("tick_token")).collect();
        assert!(knows.len() == 1 && *knows[0].0 == host, "{overlay}: who may be called from outside knows no token");
    }
}

#[test]
fn variables_secrets_and_names_are_those_that_there_are() {
    let manifest = manifest();
    let variables = manifest["variables"].as_table().expect("variables");
    let help = run_well(&["user", "add", "--help"], &[]);
    for (overlay, objects) in overlays() {
        let secrets: BTreeMap<_, _> =
            of(objects, "Secret").into_iter().map(|each| (name(each), &each["data"])).collect();
        let has = |secret: &str, key: &str| {
            assert!(secrets.get(secret).is_some_and(|data| data[key].is_string()), "{overlay}: no {key} in {secret}");
        };
        for object in objects {
            for wanted in ["secretKeyRef", "accessKeyId", "secretAccessKey"] {
                let mut found = Vec::new();
                all(object, wanted, &mut found);
                let text = |value: &Value| value.as_str().expect("a name").to_owned();
                found.iter().for_each(|reference| has(&text(&reference["name"]), &text(&reference["key"])));
            }
        }
        for cluster in of(objects, "Cluster") {
            let user = cluster["spec"]["bootstrap"]["initdb"]["secret"]["name"].as_str().expect("a name");
            ["username", "password"].iter().for_each(|key| has(user, key));
        }
        let redis: BTreeSet<_> = of(objects, "Redis").into_iter().map(name).collect();
        for app in of(objects, "SpinApp") {
            let told: BTreeMap<_, _> =
                list(&app["spec"]["variables"]).iter().map(|each| (name_of(each), each)).collect();
            for variable in told.keys() {
                assert!(variables.contains_key(*variable), "{overlay}: {} has no variable {variable}", name(app));
            }
            for (variable, known) in variables {
                let is_secret = known.get("secret").is_some_and(|secret| secret.as_bool() == Some(true));
                let is_required = known.get("required").is_some_and(|required| required.as_bool() == Some(true));
                assert!(
                    !is_required || told.contains_key(variable.as_str()),
                    "{overlay}: {} lacks {variable}",
                    name(app)
                );
                // The addresses of Redis hold none.
                let value = told.get(variable.as_str()).and_then(|each| each["value"].as_str()).unwrap_or_default();
                assert!(
                    !is_secret || !value.contains('@') && (value.is_empty() || value.starts_with("redis://")),
                    "{variable}"
                );
            }
            for (variable, server) in [("cache_url", "takt-cache"), ("queue_urls", "takt-queue")] {
                assert_eq!(told[variable]["value"], format!("redis://{server}:6379"), "{overlay}");
                assert!(redis.contains(server), "{overlay}: there is no {server}");
            }
            assert!(told.contains_key("store_url"), "{overlay}: {} would keep a file", name(app));
        }
        let apps: BTreeSet<_> = of(objects, "SpinApp").into_iter().map(name).collect();
        for scaled in of(objects, "ScaledObject") {
            let target = scaled["spec"]["scaleTargetRef"]["name"].as_str().expect("a name");
            let app = of(objects, "SpinApp").into_iter().find(|app| name(app) == target).expect("what is scaled");
            assert!(
                app["spec"]["enableAutoscaling"] == true && app["spec"]["replicas"].is_null(),
                "{overlay}: {target}"
            );
        }
        assert_eq!(of(objects, "ScaledObject").into_iter().map(name).collect::<BTreeSet<_>>(), apps, "{overlay}");
        for backup in of(objects, "ScheduledBackup") {
            let clusters = of(objects, "Cluster");
            assert_eq!(backup["spec"]["cluster"]["name"], clusters[0]["metadata"]["name"], "{overlay}");
            assert_eq!(backup["spec"]["schedule"].as_str().map(|at| at.split(' ').count()), Some(6), "{overlay}");
            let kept = &clusters[0]["spec"]["plugins"][0];
            assert_eq!(kept["name"], backup["spec"]["pluginConfiguration"]["name"], "{overlay}");
            assert_eq!(kept["parameters"]["barmanObjectName"], name(of(objects, "ObjectStore")[0]), "{overlay}");
        }
        for commands in of(objects, "Deployment") {
            let pod = &commands["spec"]["template"]["spec"];
            for told in list(&pod["containers"][0]["env"]) {
                assert!(
                    help.contains(&format!("[env: {}", name_of(told))),
                    "{overlay}: `takt` reads no {}",
                    name_of(told)
                );
            }
            let mut files = Vec::new();
            all(pod, "secret", &mut files);
            for file in files {
                has(file["secretName"].as_str().expect("a name"), file["items"][0]["key"].as_str().expect("a key"));
            }
        }
        // What stays to be put into place is named for an example, and nothing of the base is left.
        let images = objects.iter().flat_map(|object| {
            let mut found = Vec::new();
            all(object, "image", &mut found);
            found.into_iter().filter_map(Value::as_str).collect::<Vec<_>>()
        });
        for image in images {
            assert!(image.contains('/') && image.contains(':') && !image.ends_with(":latest"), "{overlay}: {image}");
        }
    }
}

fn name_of(variable: &Value) -> &str {
    variable["name"].as_str().expect("a name")
}

#[test]
fn the_queue_is_durable_and_scaled_by_all_of_its_streams() {
    let lua = text("shared/queue/src/queue.lua");
    let shards: usize =
        lua.split_once("SHARDS = ").and_then(|(_, rest)| rest.lines().next()?.parse().ok()).expect("it says");
    for (overlay, objects) in running() {
        let settings = |which: &str| -> Vec<String> {
            let server = of(objects, "Redis").into_iter().find(|each| name(each) == which).expect("a server");
            let from = &server["spec"]["redisConfig"]["additionalRedisConfig"];
            let map = of(objects, "ConfigMap")
                .into_iter()
                .find(|map| map["metadata"]["name"] == *from)
                .expect("its settings");
            map["data"]["redis-additional.conf"].as_str().expect("settings").lines().map(str::to_owned).collect()
        };
        for setting in ["appendonly yes", "appendfsync always", "maxmemory-policy noeviction"] {
            assert!(settings("takt-queue").iter().any(|line| line == setting), "{overlay}: the queue lacks {setting}");
        }
        for setting in ["appendonly no", "save \"\"", "maxmemory-policy allkeys-lru"] {
            assert!(settings("takt-cache").iter().any(|line| line == setting), "{overlay}: the cache lacks {setting}");
        }
        let queue = of(objects, "Redis").into_iter().find(|each| name(each) == "takt-queue").expect("a queue");
        assert!(queue["spec"]["storage"]["volumeClaimTemplate"].is_object(), "{overlay}: the queue is on no disk");
        let background =
            of(objects, "ScaledObject").into_iter().find(|each| name(each) == "takt-background").expect("it");
        let streams: BTreeSet<_> = list(&background["spec"]["triggers"])
            .iter()
            .filter(|trigger| trigger["type"] == "redis-streams")
            .filter_map(|trigger| trigger["metadata"]["stream"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(streams, (0..shards).map(|shard| format!("{{1}}:reports:{shard}")).collect(), "{overlay}");
        let tick = &of(objects, "CronJob")[0]["spec"]["jobTemplate"]["spec"];
        assert_eq!(tick["parallelism"], shards, "{overlay}: a caller for each stream");
    }
    for (overlay, objects) in overlays().iter().filter(|(overlay, _)| *overlay != "edge") {
        let cluster = &of(objects, "Cluster")[0]["spec"];
        assert_eq!(cluster["postgresql"]["synchronous"]["dataDurability"], "required", "{overlay}");
        assert!(cluster["instances"].as_u64() > cluster["postgresql"]["synchronous"]["number"].as_u64(), "{overlay}");
    }
}

/// Whether a policy chooses pods with these labels.
fn chooses(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let exact = selector["matchLabels"].as_object().into_iter().flatten();
    let holds = |each: &Value| {
        let has = labels.get(each["key"].as_str().expect("a key"));
        has.is_some_and(|has| words(&each["values"]).contains(&has.as_str()))
    };
    exact.into_iter().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
        && list(&selector["matchExpressions"]).iter().all(holds)
}

#[test]
fn nothing_speaks_to_anything_but_what_has_to() {
    for (overlay, objects) in running() {
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut pods: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for app in of(objects, "SpinApp") {
            let own = app["spec"]["podLabels"].as_object().expect("labels").iter();
            let own = own.map(|(key, value)| label(key, value.as_str().expect("a label")));
            let by_operator = label("core.spinkube.dev/app-name", name(app));
            pods.insert(name(app).to_owned(), own.chain([by_operator]).collect());
        }
        for redis in of(objects, "Redis") {
            pods.insert(name(redis).to_owned(), [label("app", name(redis))].into());
        }
        for cluster in of(objects, "Cluster") {
            pods.insert(name(cluster).to_owned(), [label("cnpg.io/cluster", name(cluster))].into());
        }
        let template = &of(objects, "CronJob")[0]["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"];
        let labels = template.as_object().expect("labels").iter();
        pods.insert("tick".into(), labels.map(|(key, value)| label(key, value.as_str().expect("a label"))).collect());
        let policies = of(objects, "NetworkPolicy");
        let shut = policies.iter().any(|policy| {
            let spec = &policy["spec"];
            spec["podSelector"] == serde_json::json!({}) && words(&spec["policyTypes"]) == ["Ingress", "Egress"]
        });
        assert!(shut, "{overlay}: what no policy names is open");
        // Both sides have to let it pass.
        let passes = |from: &str, to: &str, port: u64| {
            let side = |policy: &Value, own: &str, rules: &str, peers: &str, other: &str| {
                chooses(&policy["spec"]["podSelector"], &pods[own])
                    && list(&policy["spec"][rules]).iter().any(|rule| {
                        list(&rule["ports"]).iter().any(|each| each["port"] == port)
                            && list(&rule[peers]).iter().any(|peer| {
                                peer["podSelector"].is_object() && chooses(&peer["podSelector"], &pods[other])
                            })
                    })
            };
            policies.iter().any(|policy| side(policy, from, "egress", "to", to))
                && policies.iter().any(|policy| side(policy, to, "ingress", "from", from))
        };
        let expected = |from: &str, to: &str| match (from, to) {
            ("tick", "takt-background") => Some(80),
            ("takt-floor" | "takt-statistics" | "takt-background", "takt-queue" | "takt-cache") => Some(6379),
            ("takt-floor" | "takt-statistics" | "takt-background" | "takt-db", "takt-db") => Some(5432),
            _ => None,
        };
        for from in pods.keys() {
            for to in pods.keys() {
                for port in [80, 5432, 6379] {
                    assert_eq!(
                        passes(from, to, port),
                        expected(from, to) == Some(port),
                        "{overlay}: {from} to {to} at {port}"
                    );
                }
            }
        }
        // Whoever has the notifier gets out, and nobody else does.
        for app in of(objects, "SpinApp") {
            let out = policies.iter().any(|policy| {
                let mut blocks = Vec::new();
                all(&policy["spec"]["egress"], "cidr", &mut blocks);
                chooses(&policy["spec"]["podSelector"], &pods[name(app)])
                    && blocks.iter().any(|block| **block == "0.0.0.0/0")
            });
            assert_eq!(out, words(&app["spec"]["components"]).contains(&"notifier"), "{overlay}: {}", name(app));
        }
        for budget in of(objects, "PodDisruptionBudget") {
            let chosen = pods.values().filter(|labels| chooses(&budget["spec"]["selector"], labels)).count();
            assert_eq!(chosen, 1, "{overlay}: {}", name(budget));
        }
    }
}

#[test]
fn secrets_are_made_once_are_read_by_nobody_else_and_stand_in_no_file_of_the_repository() {
    for file in tracked("kubernetes").iter().filter(|file| file.extension().is_some_and(|kind| kind == "yaml")) {
        for object in yaml(file) {
            assert_ne!(object["kind"], "Secret", "{}", file.display());
        }
    }
    let copy = copy_of("kubernetes");
    let make = |overlay: &str, environment: &[(&str, &str)]| {
        let folder = copy.path().join("overlays").join(overlay).display().to_string();
        script(&copy.path().join("secrets"), &[&folder], environment)
    };
    let read = |overlay: &str| -> Vec<String> {
        let folder = copy.path().join("overlays").join(overlay).join("secrets");
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).expect("made").map(|each| each.expect("made").path()).collect();
        files.sort();
        for file in &files {
            let mode = std::fs::metadata(file).expect("made").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
            let name = format!(
                "deploy/kubernetes/overlays/{overlay}/secrets/{}",
                file.file_name().unwrap_or_default().display()
            );
            let ignored = Command::new("git").args(["check-ignore", "--quiet", &name]).current_dir(root()).status();
            assert!(ignored.is_ok_and(|status| status.success()), "git would take {name}");
        }
        files.iter().map(|file| std::fs::read_to_string(file).expect("made")).collect()
    };
    assert!(make("private-cloud", &[]).is_err_and(|said| said.contains("BACKUP_ACCESS_KEY_ID")));
    make("private-cloud", &environment("private-cloud")).unwrap_or_else(|said| panic!("{said}"));
    let made = read("private-cloud");
    make("private-cloud", &[]).unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(read("private-cloud"), made, "they are made once");
    let value = |text: &str, key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(&format!("{key}=")))
            .unwrap_or_else(|| panic!("no {key}"))
            .to_owned()
    };
    let [_, user, takt] = &made[..] else { panic!("{} files", made.len()) };
    assert!(value(takt, "token_key").len() >= 32 && value(takt, "tick_token") != value(takt, "token_key"));
    let store = format!("postgres://takt:{}@takt-db-rw:5432/takt?sslmode=disable", value(user, "password"));
    assert_eq!(value(takt, "store_url"), store);
    assert!(make("edge", &[]).is_err_and(|said| said.contains("TAKT_POSTGRES")));
    make("edge", &environment("edge")).unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(value(&read("edge")[0], "store_url"), POSTGRES);
}

#[test]
fn a_mistake_in_an_object_is_found_by_its_schema() {
    let check = |document: &str, expected: &str| {
        let folder = Folder::new();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a temporary folder");
        write("kustomization.yaml", "resources: [object.yaml]\n");
        write("object.yaml", document);
        let said = judge(&["build", &folder.path().display().to_string()]).err().unwrap_or_default();
        assert!(said.contains(expected), "{said}");
    };
    check("apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\nspec: { finaliser: [b] }\n", "finaliser");
    let scaled = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: a }\nspec:\n  scaleTargetRef: { name: b }\n";
    check(
        &format!("{scaled}  triggers: [{{ type: cpu, metadata: {{ value: \"1\" }} }}]\n  maxReplicas: 1\n"),
        "knows only",
    );
    check(&format!("{scaled}  triggers: cpu\n"), "triggers");
}
