//! A client that a generator of others makes of the document that the host serves: TypeScript's types, from npm. It compiles, it
//! calls a host, and what the document does not allow does not compile.
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use takt_api::machines::MadeMachineToken;
use takt_tests::host::{Fresh, root};
use takt_tests::plant::{People, SMALL};

/// The folder in which the client is made; what npm brought stays for the next run.
fn workshop() -> std::path::PathBuf {
    let work = root().join("target/client");
    fs::create_dir_all(&work).expect("the folder of what is built is writable");
    let here = root().join("tests/tests/client");
    for name in ["package.json", "client.ts", "wrong.ts"] {
        fs::copy(here.join(name), work.join(name)).expect("the client is there");
    }
    well(Command::new("npm").args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&work));
    work
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn well(command: &mut Command) -> String {
    let output = run(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed:\n{out}{err}");
    out.into_owned()
}

fn compile(work: &Path, file: &str) -> Output {
    let options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--outDir", "out"];
    run(Command::new("node").arg("node_modules/typescript/bin/tsc").args(options).arg(file).current_dir(work))
}

#[test]
fn a_generated_client_compiles_and_works_and_what_the_document_does_not_allow_does_not_compile() {
    let host = Fresh::small();
    let people = People::at(&host);
    let work = workshop();
    let document = host.client().get("/openapi.json").ok();
    fs::write(work.join("openapi.json"), &document.body).expect("the folder is writable");
    let generator = "node_modules/openapi-typescript/bin/cli.js";
    // What has a default may be left out of a request.
    let options = ["--default-non-nullable=false", "--output", "takt.ts"];
    well(Command::new("node").args([generator, "openapi.json"]).args(options).current_dir(&work));

    let compiled = compile(&work, "client.ts");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stdout));
    let scopes = ["stock.view", "stock.move", "master.import"];
    people.admin.put("/api/v1/machines/erp", json!({"name": "ERP", "scopes": scopes})).ok();
    let token: MadeMachineToken =
        people.admin.post("/api/v1/machines/erp/tokens", json!({"days": 1})).expect_status(201).json();
    let arguments = ["out/client.js", &host.base, &token.token, SMALL.store];
    let told: Value = serde_json::from_str(&well(Command::new("node").args(arguments).current_dir(&work)))
        .expect("the client says what it got");
    let expected = json!({
        "booked": 2, "rows": [201, 422], "available": "40", "minimum": "100", "refused": "/problems/forbidden",
    });
    assert_eq!(told, expected);

    let refused = compile(&work, "wrong.ts");
    let told = String::from_utf8_lossy(&refused.stdout);
    let wrong = fs::read_to_string(work.join("wrong.ts")).expect("it was copied");
    let lines =
        wrong.lines().enumerate().filter(|(_, line)| line.starts_with("await") || line.starts_with("const free"));
    for (at, line) in lines {
        assert!(told.contains(&format!("wrong.ts({},", at + 1)), "the compiler took this: {line}\n{told}");
    }
}
