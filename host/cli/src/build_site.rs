//! The pages: each bundle of them to Wasm, wasm-bindgen's glue beside it, each asset under the hash of its content, all of
//! it ready compressed, so that the `site` component only hands bytes out. No tool beside cargo is needed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

/// Grows when this file makes other output from the same input.
const PIPELINE: &str = "3";
const PACKAGE: &str = "takt-site-app";
const STAMP: &str = ".stamp";
/// What is written by hand for all bundles; pages name the others as `{name}` and get their hashed addresses.
const SHARED: [&str; 6] = ["style.css", "desk.css", "manager.css", "icon.svg", "icon-180.png", "manifest.webmanifest"];
/// What the page of every bundle is made from.
const TEMPLATE: &str = "page.html";

/// One bundle of pages: a program, and the page that loads it.
struct Bundle {
    /// Of the binary in the package.
    program: &'static str,
    page: &'static str,
    /// What it wears beside `style.css`.
    styles: &'static [&'static str],
    /// All that a first visit loads, compressed, in bytes.
    first_visit_max: u64,
}

/// A phone on the floor waits for every byte; a desk has a better line.
const BUNDLES: [Bundle; 3] = [
    Bundle { program: "phone", page: "index.html", styles: &[], first_visit_max: 250 * 1024 },
    Bundle { program: "desk", page: "desk.html", styles: &["desk.css"], first_visit_max: 560 * 1024 },
    Bundle {
        program: "manager",
        page: "manager.html",
        styles: &["desk.css", "manager.css"],
        first_visit_max: 560 * 1024,
    },
];

/// Builds `static-site/dist` from `static-site/`. Fast, and touches no file, when nothing has changed.
pub(crate) fn build_site(root: &Path) -> anyhow::Result<()> {
    let site = root.join("static-site");
    let programs = compile(root)?;
    let mut sources = BTreeMap::new();
    for name in SHARED.into_iter().chain([TEMPLATE]) {
        sources.insert(name, read(&site.join(name))?);
    }
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
    BUNDLES.iter().try_for_each(|bundle| weigh(&dist, bundle))
}

/// Says what a first visit loads, and refuses more than its readers should have to wait for.
fn weigh(dist: &Path, bundle: &Bundle) -> anyhow::Result<()> {
    let page = String::from_utf8(read(&dist.join(bundle.page))?).context("the page is not UTF-8")?;
    let mut bytes = travels(&dist.join(bundle.page))?;
    for entry in std::fs::read_dir(dist.join("assets")).context("static-site/dist/assets cannot be read")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The picture is loaded by those who put the page on their home screen. The rest names nothing further.
        if page.contains(&format!("/assets/{name}\"")) && !name.starts_with("icon-180") {
            bytes += travels(&path)?;
        }
    }
    let (name, most) = (bundle.program, bundle.first_visit_max);
    eprintln!("takt: a first visit of the {name} loads {bytes} bytes (brotli; at most {most})");
    // The limit is that of the profile in Cargo.toml; who overrides it for a quick build has larger pages on purpose.
    let is_quick = std::env::var_os("CARGO_PROFILE_WASM_LTO").is_some();
    if bytes > most && !is_quick {
        bail!("the pages of the {name} are too large for a first visit");
    }
    Ok(())
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
    for Bundle { program, .. } in BUNDLES {
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
    for (program, wasm) in programs {
        names.extend(bind(&mut files, program, wasm)?);
    }
    let template = String::from_utf8(sources.remove(TEMPLATE).unwrap_or_default()).context("the page is not UTF-8")?;
    let manifest = sources.remove("manifest.webmanifest").unwrap_or_default();
    for (name, bytes) in sources {
        names.push((name.to_owned(), add(&mut files, name, bytes)));
    }
    let manifest = fill(&manifest, &names)?;
    names.push(("manifest.webmanifest".into(), add(&mut files, "manifest.webmanifest", manifest)));
    for bundle in &BUNDLES {
        files.insert(bundle.page.into(), fill(page_of(bundle, &template).as_bytes(), &names)?);
    }
    Ok(files)
}

/// The page of a bundle: what it loads is named, and not yet by its address.
fn page_of(bundle: &Bundle, template: &str) -> String {
    let link = |style: &&str| format!("<link rel=\"stylesheet\" href=\"{{{style}}}\">\n");
    let styles: String = bundle.styles.iter().map(link).collect();
    template.replace("{more styles}", &styles).replace("{program.", &format!("{{{}.", bundle.program))
}

/// Makes the Wasm of a program and the script that starts it, and returns the addresses of both.
fn bind(files: &mut BTreeMap<String, Vec<u8>>, program: &str, wasm: &[u8]) -> anyhow::Result<[(String, String); 2]> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_bytes(program, wasm.to_vec()).typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.web(true)?.generate_output().context("wasm-bindgen failed")?;
    if output.snippets().values().any(|list| !list.is_empty()) || !output.local_modules().is_empty() {
        bail!("a crate of the pages brings JavaScript of its own; the pipeline serves none beside the glue");
    }
    let (wasm_name, script_name) = (format!("{program}.wasm"), format!("{program}.js"));
    let wasm_path = add(files, &wasm_name, output.wasm_mut().emit_wasm());
    // The page carries no script of its own under the content security policy, so the glue starts itself.
    let script = format!("{}\n__wbg_init({{ module_or_path: \"{wasm_path}\" }});\n", squeeze(output.js()));
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
        std::fs::remove_dir_all(dist).context("static-site/dist cannot be emptied")?;
    }
    for (path, bytes) in files {
        let path = dist.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(dist)).context("static-site/dist cannot be made")?;
        write(&path, bytes)?;
        for (end, packed) in [("br", brotli(bytes)?), ("gz", gzip(bytes)?)] {
            if packed.len() < bytes.len() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                write(&path.with_file_name(format!("{name}.{end}")), &packed)?;
            }
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
