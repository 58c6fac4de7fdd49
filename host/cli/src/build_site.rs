//! The pages: each bundle of them to Wasm, wasm-bindgen's glue beside it, each asset under the hash of its content, all of
//! it ready compressed, so that the `site` component only hands bytes out. No tool beside cargo is needed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use takt_api::pages;

/// Grows when this file makes other output from the same input.
const PIPELINE: &str = "10";
const PACKAGE: &str = "takt-site-app";
const STAMP: &str = ".stamp";
/// What is written by hand for all bundles; pages name the others as `{name}` and get their hashed addresses.
const SHARED: [&str; 10] = [
    "style.css",
    "camera.css",
    "desk.css",
    "manager.css",
    "reference.css",
    "icon.svg",
    "icon-180.png",
    "icon-192.png",
    "icon-512.png",
    "manifest.webmanifest",
];
/// What the page of every bundle is made from.
const TEMPLATE: &str = "page.html";
/// The page that tells what the API takes and answers, and what it is made of.
const REFERENCE: &str = "reference.html";
const DOCUMENT: &str = "docs/openapi.json";
/// What starts a bundle, behind its glue.
const START: &str = "start.js";
/// Keeps pages and answers on the device; it names all of them.
const WORKER: &str = "service-worker.js";
/// Scans with the camera; a bundle loads it when somebody first wants to.
const CAMERA: &str = "camera.js";
/// What the camera's pictures are read by where the browser cannot: a program, and what starts it behind its glue.
const DECODER: &str = "decoder";
const DECODER_START: &str = "decoder.js";
/// What the files begin with that no page names, and that a page asks for when it first needs them.
const LATER: [&str; 2] = ["assets/camera-", "assets/decoder-"];

/// How a bundle of pages is made.
struct Bundle {
    made: &'static takt_api::pages::Bundle,
    /// What it wears beside `style.css`.
    styles: &'static [&'static str],
    /// All that a first visit loads, compressed, in bytes.
    first_visit_max: u64,
    /// The service worker keeps it before anybody opens it.
    early: bool,
}

/// A phone on the floor waits for every byte; a desk has a better line.
const BUNDLES: [Bundle; 6] = [
    Bundle { made: &pages::PHONE, styles: &[], first_visit_max: 250 * 1024, early: true },
    Bundle { made: &pages::STORE, styles: &[], first_visit_max: 250 * 1024, early: true },
    Bundle { made: &pages::DESK, styles: &["desk.css"], first_visit_max: 560 * 1024, early: false },
    Bundle { made: &pages::WAREHOUSE, styles: &["desk.css"], first_visit_max: 560 * 1024, early: false },
    Bundle { made: &pages::SETUP, styles: &["desk.css"], first_visit_max: 560 * 1024, early: false },
    Bundle { made: &pages::MANAGER, styles: &["desk.css", "manager.css"], first_visit_max: 560 * 1024, early: false },
];
const _: () = assert!(BUNDLES.len() == pages::BUNDLES.len(), "the pages know a bundle that is not made");

/// Builds `static-site/dist` from `static-site/`. Fast, and touches no file, when nothing has changed.
pub(crate) fn build_site(root: &Path) -> anyhow::Result<()> {
    let site = root.join("static-site");
    let programs = compile(root)?;
    let mut sources = sources(&site)?;
    sources.insert(DOCUMENT, read(&root.join(DOCUMENT))?);
    let mut all = Sha256::new();
    all.update(PIPELINE);
    for (name, bytes) in programs.iter().chain(&sources) {
        all.update(name);
        all.update(bytes);
    }
    let stamp = hex(&all.finalize());
    let dist = site.join("dist");
    if !std::fs::read_to_string(dist.join(STAMP)).is_ok_and(|old| old == stamp) {
        let files = assemble(&programs, sources)?;
        write_all(&dist, &files)?;
        std::fs::write(dist.join(STAMP), stamp).context("static-site/dist cannot be written")?;
    }
    BUNDLES.iter().try_for_each(|bundle| weigh(&dist, bundle))?;
    weigh_later(&dist)
}

/// Writes the same pages to a folder, for another address than that of the API, which they ask at this origin; with more files. Only
/// the documents differ, and the service worker, which knows their digests.
pub(crate) fn write_apart(root: &Path, api: &str, more: &[(&str, String)], out: &Path) -> anyhow::Result<()> {
    build_site(root)?;
    let site = root.join("static-site");
    let dist = site.join("dist");
    if out.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("{} cannot be emptied", out.display()))?;
    }
    let mut files = BTreeMap::new();
    std::fs::create_dir_all(out.join("assets")).with_context(|| format!("{} cannot be made", out.display()))?;
    for entry in std::fs::read_dir(dist.join("assets")).context("static-site/dist/assets cannot be read")? {
        let name = format!("assets/{}", entry?.file_name().to_string_lossy());
        std::fs::copy(dist.join(&name), out.join(&name)).with_context(|| format!("{name} cannot be copied"))?;
        // Pages know no file by its packed form.
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            files.insert(name, Vec::new());
        }
    }
    for bundle in &BUNDLES {
        let page = String::from_utf8(read(&dist.join(bundle.made.document))?).context("the page is not UTF-8")?;
        files.insert(bundle.made.document.into(), speaking_with(&page, api)?.into_bytes());
    }
    let reference = String::from_utf8(read(&dist.join(REFERENCE))?).context("the reference is not UTF-8")?;
    let reference = reference.replace("\"/openapi.json\"", &format!("\"{api}/openapi.json\""));
    files.insert(REFERENCE.into(), reference.into_bytes());
    let worker = read(&site.join(WORKER))?;
    let mut made = made(&files, &worker);
    made["api"] = api.into();
    files.insert(WORKER.into(), fill(&worker, &[("made".to_owned(), made.to_string())])?);
    files.extend(more.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())));
    files
        .iter()
        .filter(|(_, bytes)| !bytes.is_empty())
        .try_for_each(|(name, bytes)| write_packed(&out.join(name), bytes))
}

/// A page that says where the API is, and to which addresses it may speak, since a static host may not say so in a header.
fn speaking_with(page: &str, api: &str) -> anyhow::Result<String> {
    const FIRST: &str = "<meta charset=\"utf-8\">\n";
    let (head, rest) = page.split_once(FIRST).context("the page does not begin as it should")?;
    let policy = pages::policy(api);
    Ok(format!(
        "{head}{FIRST}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"takt-api\" content=\"{api}\">\n{rest}"
    ))
}

/// What is written by hand.
fn sources(site: &Path) -> anyhow::Result<BTreeMap<&'static str, Vec<u8>>> {
    let names = SHARED.into_iter().chain([TEMPLATE, START, WORKER, CAMERA, DECODER_START]);
    names.map(|name| Ok((name, read(&site.join(name))?))).collect()
}

/// Says what a first visit loads, and refuses more than its readers should have to wait for.
fn weigh(dist: &Path, bundle: &Bundle) -> anyhow::Result<()> {
    let page = String::from_utf8(read(&dist.join(bundle.made.document))?).context("the page is not UTF-8")?;
    let mut bytes = travels(&dist.join(bundle.made.document))?;
    for path in assets(dist)? {
        let name = file_name(&path);
        // What a page names names nothing further that a first visit loads.
        if page.contains(&format!("/assets/{name}\"")) && !is_for_home_screens(&format!("assets/{name}")) {
            bytes += travels(&path)?;
        }
    }
    let (name, most) = (bundle.made.program, bundle.first_visit_max);
    eprintln!("takt: a first visit of the {name} loads {bytes} bytes (brotli; at most {most})");
    // The limit is that of the profile in Cargo.toml; who overrides it for a quick build has larger pages on purpose.
    let is_quick = std::env::var_os("CARGO_PROFILE_WASM_LTO").is_some();
    if bytes > most && !is_quick {
        bail!("the pages of the {name} are too large for a first visit");
    }
    Ok(())
}

/// Says what scanning with the camera loads once.
fn weigh_later(dist: &Path) -> anyhow::Result<()> {
    for beginning in LATER {
        let name = beginning.trim_start_matches("assets/");
        let mut bytes = 0;
        for path in assets(dist)? {
            if file_name(&path).starts_with(name) && !path.extension().is_some_and(|end| end == "br" || end == "gz") {
                bytes += travels(&path)?;
            }
        }
        eprintln!("takt: {}* is {bytes} bytes (brotli), loaded when first needed", name);
    }
    Ok(())
}

fn assets(dist: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = std::fs::read_dir(dist.join("assets")).context("static-site/dist/assets cannot be read")?;
    Ok(folder.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The size that a file has on its way.
fn travels(path: &Path) -> anyhow::Result<u64> {
    let packed = PathBuf::from(format!("{}.br", path.display()));
    let file = if packed.is_file() { packed } else { path.to_owned() };
    Ok(std::fs::metadata(&file).with_context(|| format!("{} cannot be read", file.display()))?.len())
}

/// Runs cargo, and reads what it made; cargo says where that is, whatever the target folder is called.
fn compile(root: &Path) -> anyhow::Result<BTreeMap<&'static str, Vec<u8>>> {
    let mut cargo = crate::build::cargo(root);
    cargo.stderr(Stdio::inherit());
    cargo.args(["build", "--package", PACKAGE, "--bins", "--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
    cargo.arg("--message-format=json-render-diagnostics");
    // wasm-bindgen reads what the linker says of the Wasm features, and takes the names out itself.
    cargo.env("CARGO_PROFILE_WASM_STRIP", "none");
    // The pages travel to every phone, while the components are loaded once: here the last bytes count more than speed.
    cargo.env("CARGO_PROFILE_WASM_OPT_LEVEL", "z");
    let output = cargo.output().context("cargo cannot be run")?;
    if !output.status.success() {
        bail!("cargo could not build {PACKAGE} ({})", output.status);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let made: Vec<_> =
        messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).collect();
    let of = |program: &str| {
        let mut files = made
            .iter()
            .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == program)
            .filter(|message| message["target"]["kind"][0] == "bin")
            .filter_map(|message| message["filenames"].as_array())
            .flatten()
            .filter_map(|file| file.as_str().map(PathBuf::from));
        files.find(|file| file.extension().is_some_and(|end| end == "wasm"))
    };
    let mut programs = BTreeMap::new();
    for program in BUNDLES.map(|bundle| bundle.made.program).into_iter().chain([DECODER]) {
        let path = of(program).with_context(|| format!("cargo made no .wasm of the {program}"))?;
        programs.insert(program, read(&path)?);
    }
    Ok(programs)
}

/// Everything that is served, by its path. What a page names is made before it, since its name is its hash.
fn assemble(
    programs: &BTreeMap<&str, Vec<u8>>,
    mut sources: BTreeMap<&str, Vec<u8>>,
) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut names = Vec::new();
    let mut script = |name: &str| String::from_utf8(sources.remove(name).unwrap_or_default()).context("no UTF-8");
    let (start, camera, decoder_start) = (script(START)?, script(CAMERA)?, script(DECODER_START)?);
    let worker = sources.remove(WORKER).unwrap_or_default();
    // Each names the one before it.
    names.extend(bind(&mut files, DECODER, programs.get(DECODER).context("no decoder was made")?, &decoder_start)?);
    let looks = sources.remove("camera.css").unwrap_or_default();
    names.push(("camera.css".into(), add(&mut files, "camera.css", looks)));
    let camera = fill(squeeze(&camera).as_bytes(), &names)?;
    names.push((CAMERA.into(), add(&mut files, CAMERA, camera)));
    let start = String::from_utf8(fill(start.as_bytes(), &names)?).context("no UTF-8")?;
    for (program, wasm) in programs.iter().filter(|(program, _)| **program != DECODER) {
        names.extend(bind(&mut files, program, wasm, &start)?);
    }
    let template = String::from_utf8(sources.remove(TEMPLATE).unwrap_or_default()).context("the page is not UTF-8")?;
    let manifest = sources.remove("manifest.webmanifest").unwrap_or_default();
    let document = sources.remove(DOCUMENT).unwrap_or_default();
    names.push(("logo".into(), inline(sources.get("icon.svg").map(Vec::as_slice).unwrap_or_default())));
    for (name, bytes) in sources {
        let bytes = if name.ends_with(".css") {
            squeeze_style(&String::from_utf8(bytes).context("a style sheet is not UTF-8")?).into_bytes()
        } else {
            bytes
        };
        names.push((name.to_owned(), add(&mut files, name, bytes)));
    }
    let manifest = fill(&manifest, &names)?;
    names.push(("manifest.webmanifest".into(), add(&mut files, "manifest.webmanifest", manifest)));
    for bundle in &BUNDLES {
        files.insert(bundle.made.document.into(), fill(page_of(bundle, &template).as_bytes(), &names)?);
    }
    let document = serde_json::from_slice(&document).context("the document of the API is no JSON")?;
    files.insert(REFERENCE.into(), fill(crate::reference::page(&document).as_bytes(), &names)?);
    let made = ("made".to_owned(), made(&files, &worker).to_string());
    files.insert(WORKER.into(), fill(&worker, &[made])?);
    Ok(files)
}

/// A drawing as an address that needs no loading: the first view is painted with it, and nothing larger comes after.
fn inline(svg: &[u8]) -> String {
    let svg = String::from_utf8_lossy(svg).trim().replace('#', "%23").replace('"', "'");
    format!("data:image/svg+xml,{svg}")
}

/// What the service worker knows of the bundles. Its version changes with anything that is served.
fn made(files: &BTreeMap<String, Vec<u8>>, worker: &[u8]) -> serde_json::Value {
    let mut all = Sha256::new();
    all.update(worker);
    let mut bundles = Vec::new();
    for Bundle { made, early, .. } in &BUNDLES {
        let page = files.get(made.document).map(Vec::as_slice).unwrap_or_default();
        all.update(page);
        let text = String::from_utf8_lossy(page);
        let assets = files.keys().filter(|path| text.contains(&format!("/{path}\"")) && !is_for_home_screens(path));
        let assets: Vec<_> = assets.map(|path| format!("/{path}")).collect();
        let integrity = format!("sha256-{}", STANDARD.encode(Sha256::digest(page)));
        let page = format!("/{}", made.document);
        let addresses = made.addresses;
        bundles.push(serde_json::json!({"page": page, "integrity": integrity, "addresses": addresses, "assets": assets, "early": early}));
    }
    let is_later = |path: &&String| LATER.iter().any(|beginning| path.starts_with(beginning));
    let later: Vec<_> = files.keys().filter(is_later).map(|path| format!("/{path}")).collect();
    serde_json::json!({"version": hex(&all.finalize()[..8]), "bundles": bundles, "later": later})
}

/// A picture is loaded by those who put the page on their home screen, and by nobody else.
fn is_for_home_screens(path: &str) -> bool {
    path.starts_with("assets/icon-") && path.ends_with(".png")
}

/// The page of a bundle: what it loads is named, and not yet by its address.
fn page_of(bundle: &Bundle, template: &str) -> String {
    let link = |style: &&str| format!("<link rel=\"stylesheet\" href=\"{{{style}}}\">\n");
    let styles: String = bundle.styles.iter().map(link).collect();
    template.replace("{more styles}", &styles).replace("{program.", &format!("{{{}.", bundle.made.program))
}

/// Makes the Wasm of a program and the script that starts it, and returns the addresses of both.
fn bind(
    files: &mut BTreeMap<String, Vec<u8>>,
    program: &str,
    wasm: &[u8],
    start: &str,
) -> anyhow::Result<[(String, String); 2]> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_bytes(program, wasm.to_vec()).typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.web(true)?.generate_output().context("wasm-bindgen failed")?;
    if output.snippets().values().any(|list| !list.is_empty()) || !output.local_modules().is_empty() {
        bail!("a crate of the pages brings JavaScript of its own; the pipeline serves none beside the glue");
    }
    // Each import has a hash in its name, in the Wasm and in the glue: about 1.7 KB of a first visit, which nobody reads.
    let mut glue = format!("\n{}", squeeze(output.js()));
    for (n, import) in output.wasm_mut().imports.iter_mut().enumerate() {
        let (long, short) = (format!("\n{}:", import.name), format!("i{n:x}"));
        if glue.matches(&long).count() != 1 {
            bail!("the glue does not say once what {} is", import.name);
        }
        glue = glue.replace(&long, &format!("\n{short}:"));
        import.name = short;
    }
    let (wasm_name, script_name) = (format!("{program}.wasm"), format!("{program}.js"));
    let wasm_path = add(files, &wasm_name, output.wasm_mut().emit_wasm());
    // The page carries no script of its own under the content security policy, so the glue starts itself.
    let start = squeeze(&start.replace("{wasm}", &wasm_path));
    let script = format!("{glue}\n{start}");
    let script_path = add(files, &script_name, script.into_bytes());
    Ok([(wasm_name, wasm_path), (script_name, script_path)])
}

/// Leaves out the comments and the indentation that wasm-bindgen writes for people.
fn squeeze(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut inside = false;
    for line in script.lines().map(str::trim) {
        inside |= line.starts_with("/*") && (line.ends_with("*/") || !line.contains("*/"));
        if !inside && !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        inside &= !line.ends_with("*/");
    }
    kept
}

/// Leaves out of a style sheet what is there for people: comments, and blanks that separate nothing.
fn squeeze_style(style: &str) -> String {
    let mut kept = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    let lines: Vec<_> = kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n").replace(" {", "{").replace("{ ", "{").replace("; ", ";").replace(";}", "}").replace(" }", "}")
}

/// Adds a file under a name that changes with its content, and returns its address.
fn add(files: &mut BTreeMap<String, Vec<u8>>, name: &str, bytes: Vec<u8>) -> String {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let hash = hex(&Sha256::digest(&bytes)[..8]);
    let path = format!("assets/{stem}-{hash}.{end}");
    let address = format!("/{path}");
    files.insert(path, bytes);
    address
}

/// Replaces `{name}` by the address of that file.
fn fill(text: &[u8], names: &[(String, String)]) -> anyhow::Result<Vec<u8>> {
    let mut text = String::from_utf8(text.to_vec()).context("the page is not UTF-8")?;
    for (name, address) in names {
        text = text.replace(&format!("{{{name}}}"), address);
    }
    Ok(text.into_bytes())
}

/// Writes the files with their compressed siblings, and takes away what an earlier build left.
fn write_all(dist: &Path, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    if dist.exists() {
        std::fs::remove_dir_all(dist).with_context(|| format!("{} cannot be emptied", dist.display()))?;
    }
    files.iter().try_for_each(|(path, bytes)| write_packed(&dist.join(path), bytes))
}

fn write_packed(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    write(path, bytes)?;
    for (end, packed) in [("br", brotli(bytes)?), ("gz", gzip(bytes)?)] {
        if packed.len() < bytes.len() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            write(&path.with_file_name(format!("{name}.{end}")), &packed)?;
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters).context("brotli failed")?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).context("gzip failed")
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
