//! Everything that says what is wrong with input has a line in `src/words/zh.txt`, and every line there is still said.
#![expect(clippy::expect_used, reason = "whatever goes wrong here fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use takt_api::words;
use takt_domain::text::Lang;

/// Where input is read and judged.
const ROOTS: [&str; 8] = [
    "components",
    "shared/api/src",
    "shared/booking/src",
    "shared/domain/src",
    "shared/import/src",
    "shared/labels/src",
    "shared/records/src",
    "shared/web/src",
];

/// What describes the API, serves files or looks at servers, where nothing judges input; and whose every sentence stands in
/// both languages.
const SILENT: [&str; 9] = [
    "components/aggregator/src/doctor",
    "components/plant/src/ready.rs",
    "components/site",
    "shared/api/src/openapi",
    "shared/api/src/route",
    "shared/booking/src/queued.rs",
    "shared/domain/src/flow/check.rs",
    "shared/domain/src/gs1/fault.rs",
    "shared/domain/src/label.rs",
];

/// Macros and calls whose words are for a log or for whoever mends the program.
const FOR_LOGS: [&str; 13] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "damaged",
    "debug_assert",
    "eprintln",
    "expect",
    "panic",
    "println",
    "unreachable",
    "Corrupt",
    "Damaged",
    "Unavailable",
];

/// What is written like a sentence and is no sentence about input.
const NOT_ABOUT_INPUT: [&str; 21] = [
    // Headers and forms.
    "authorization, content-type, idempotency-key, if-none-match, takt-device, takt-signature, takt-source",
    "camera=(self), microphone=(), geolocation=()",
    "connect-src 'self'",
    "connect-src 'self' {}",
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "; frame-ancestors 'none'",
    "age, content-disposition, date, etag, location, retry-after, takt-next",
    "%Y-%m-%d %H:%M",
    "attachment; filename=\"{}\"",
    "attachment; filename=\"{}.csv\"",
    "private, max-age=31536000, immutable",
    "private, no-cache",
    "text/csv; charset=utf-8",
    "text/plain; charset=utf-8",
    // Kept beside a Chinese one, or in the ledger.
    "receipt {} {}",
    "reservation expired",
    // Problems of a type of their own, whose titles say it.
    "damaged: {}",
    "others were faster",
    "the key was used for another request",
    "the session has ended",
    // Why a report became a dead letter, for the operator.
    "handed out {} times without an end",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources() -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = ROOTS.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("a folder of sources").path();
            let name = path.strip_prefix(root()).expect("it is below").display().to_string();
            if SILENT.iter().any(|silent| name.starts_with(silent)) || name.ends_with("/tests") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("/build.rs") && !name.ends_with("/tests.rs") {
                found.push((name, fs::read_to_string(&path).expect("a source")));
            }
        }
    }
    assert!(found.len() > 300, "the sources are where they were: {}", found.len());
    found
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

fn ident(tree: Option<&TokenTree>) -> String {
    match tree {
        Some(TokenTree::Ident(ident)) => ident.to_string(),
        _ => String::new(),
    }
}

fn is_punct(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// What a literal says, where it is a text.
fn text(literal: &Literal) -> Option<String> {
    let written = literal.to_string();
    written.ends_with('"').then(|| syn::parse_str::<syn::LitStr>(&written).ok()).flatten().map(|text| text.value())
}

/// A text of `format!` as a pattern: each of its places as `{}`.
fn pattern(text: &str) -> String {
    let (mut said, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        if from.starts_with("{{") || from.starts_with("}}") {
            said.push_str(&from[..1]);
            rest = &from[2..];
        } else if let Some((_, behind)) = from.split_once('}') {
            said.push_str("{}");
            rest = behind;
        } else {
            break;
        }
    }
    said + rest
}

/// True where it has words to be put into Chinese: several, or the one that stands for a part of a sentence.
fn is_sentence(text: &str) -> bool {
    let own = text.replace("{}", "");
    let letters = own.chars().filter(char::is_ascii_alphabetic).count();
    text.trim().contains(' ') && letters > 2 && !is_chinese(text) && !text.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The texts of a stream that only one language reads, with their places.
#[derive(Default)]
struct Found {
    /// All texts, whatever they are.
    all: BTreeSet<String>,
    /// Sentences in English alone, and where.
    english: BTreeMap<String, String>,
}

impl Found {
    fn walk(&mut self, file: &str, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        // The arguments of a call or the members of a tuple that stand behind one in Chinese say the same in English.
        let mut after_chinese = false;
        let mut n = 0;
        while n < trees.len() {
            match &trees[n] {
                // `#[error("…")]` says what is wrong, other attributes are for readers of the source.
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let group = trees[n + 1..].iter().take(2).find_map(|tree| match tree {
                        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group),
                        _ => None,
                    });
                    if let Some(group) = group {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        match ident(inner.first()).as_str() {
                            "error" => self.walk(file, group.stream()),
                            // What stands behind is a test.
                            "cfg" if group.to_string().contains("test") => return,
                            _ => {}
                        }
                        while !matches!(&trees[n], TokenTree::Group(_)) {
                            n += 1;
                        }
                    }
                }
                // An arm for readers of English: `Lang::En =>`, `(Lang::En, true) =>`.
                TokenTree::Ident(name) if name == "En" => n = end_of_arm(&trees, n),
                TokenTree::Group(group) if has_en(group) && is_punct(trees.get(n + 1), '=') => {
                    n = end_of_arm(&trees, n);
                }
                TokenTree::Ident(name) if FOR_LOGS.contains(&name.to_string().as_str()) => {
                    let own = is_punct(trees.get(n.wrapping_sub(1)), '.') && name == "expect";
                    let called = n + 1 + usize::from(is_punct(trees.get(n + 1), '!'));
                    if (own || name != "expect") && matches!(trees.get(called), Some(TokenTree::Group(_))) {
                        n = called;
                    }
                }
                TokenTree::Literal(literal) => {
                    if let Some(text) = text(literal) {
                        self.text(file, &text, after_chinese);
                        after_chinese |= is_chinese(&text);
                    }
                }
                TokenTree::Punct(mark) if matches!(mark.as_char(), ';' | '>') => after_chinese = false,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.walk(file, group.stream());
                    after_chinese = false;
                }
                TokenTree::Group(group) => {
                    if after_chinese {
                        self.skip(group);
                    } else {
                        self.walk(file, group.stream());
                        after_chinese = group.stream().to_string().chars().any(|c| is_chinese(&c.to_string()));
                    }
                }
                _ => {}
            }
            n += 1;
        }
    }

    fn text(&mut self, file: &str, text: &str, after_chinese: bool) {
        let pattern = pattern(text);
        self.all.insert(pattern.clone());
        self.all.insert(text.to_owned());
        if !after_chinese && is_sentence(&pattern) {
            self.english.entry(pattern).or_insert_with(|| file.to_owned());
        }
    }

    fn skip(&mut self, group: &Group) {
        for tree in group.stream() {
            match tree {
                TokenTree::Group(group) => self.skip(&group),
                TokenTree::Literal(literal) => self.all.extend(text(&literal).map(|text| pattern(&text))),
                _ => {}
            }
        }
    }
}

/// The last tree of the arm that begins with a pattern at `n`; `n` where none does.
fn end_of_arm(trees: &[TokenTree], n: usize) -> usize {
    let Some(arrow) =
        (n..trees.len()).take(8).find(|at| is_punct(trees.get(*at), '=') && is_punct(trees.get(at + 1), '>'))
    else {
        return n;
    };
    let mut at = arrow + 2;
    if matches!(&trees.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace) {
        return at;
    }
    while at < trees.len() && !is_punct(trees.get(at), ',') {
        at += 1;
    }
    at
}

fn has_en(pattern: &Group) -> bool {
    pattern.delimiter() == Delimiter::Parenthesis && pattern.stream().into_iter().any(|tree| ident(Some(&tree)) == "En")
}

fn found() -> Found {
    let mut found = Found::default();
    for (file, source) in sources() {
        found.walk(&file, source.parse().unwrap_or_else(|error| panic!("{file}: {error}")));
    }
    found
}

#[test]
fn whatever_is_said_about_input_is_said_in_chinese_too() {
    let known: BTreeSet<&str> = words::lines().map(|line| line.en).collect();
    let missing: Vec<String> = found()
        .english
        .iter()
        .filter(|(text, _)| !known.contains(text.as_str()) && !NOT_ABOUT_INPUT.contains(&text.as_str()))
        .map(|(text, file)| format!("{file}: {text}"))
        .collect();
    assert!(
        missing.is_empty(),
        "say it in Chinese in shared/api/src/words/zh.txt, or that it is not about input in NOT_ABOUT_INPUT:\n{}",
        missing.join("\n")
    );
}

/// Lines for what serde and serde_json say, which no source of ours does: those behind this heading.
const OF_SERDE: &str = "# --- serde and serde_json";

#[test]
fn no_line_is_for_what_nobody_says() {
    let file = include_str!("../src/words/zh.txt");
    let (ours, _) = file.split_once(OF_SERDE).expect("the lines for serde come last");
    let said = found().all;
    let is_ours = |line: &&str| !line.starts_with('#') && !line.is_empty();
    for line in ours.lines().filter(is_ours) {
        let (en, _) = line.split_once(" => ").unwrap_or_else(|| panic!("no line: {line}"));
        let en = en.strip_prefix("~ ").unwrap_or(en);
        assert!(en == WRAPS_SERDE || said.contains(en), "nobody says: {en}");
    }
}

/// Says it before the lines for serde, since it wraps others.
const WRAPS_SERDE: &str = "{} at line {} column {}";

#[test]
fn each_line_is_well_formed() {
    let mut known = BTreeSet::new();
    for line in words::lines() {
        let places = line.en.matches("{}").count();
        assert!(known.insert((line.is_part, line.en)), "it is there twice: {}", line.en);
        assert!(line.en.len() > 2 * places, "it would fit whatever is said: {}", line.en);
        assert!(!line.en.contains("{}{}"), "nothing says where the first ends: {}", line.en);
        // Told with a number at each place, none of them is lost and none is there twice.
        let (mut en, mut told) = (line.en.to_owned(), BTreeSet::new());
        for n in 1..=places {
            en = en.replacen("{}", &format!("<{n}>"), 1);
            told.insert(format!("<{n}>"));
        }
        let is_wrapping = line.zh.contains("+}");
        if !line.is_part && !is_wrapping && !DROPS.contains(&line.en) {
            let zh = words::told(en.clone(), Lang::Zh);
            assert!(is_chinese(&zh) && !zh.contains(['{', '}']) || line.en.contains('}'), "{en}: {zh}");
            for part in &told {
                assert_eq!(zh.matches(part.as_str()).count(), 1, "{part} of {en}: {zh}");
            }
        }
    }
}

/// Those whose Chinese leaves something out: names of types that nobody outside knows, and how jiff reads a day.
const DROPS: [&str; 9] = [
    "EOF while parsing {}",
    "data did not match any variant of untagged enum {}",
    "failed to parse {} digit integer as {}: {}",
    "failed to parse {}",
    "parsed date is not valid: {}",
    "parsed hour {}",
    "cannot parse civil date/time from string with a Zulu {}",
    "expected {}, but found end of input",
    "expected {}, but found {}",
];

/// What serde says about bodies of real requests.
#[test]
fn a_body_of_the_wrong_shape_is_refused_in_chinese() {
    fn told<T: serde::de::DeserializeOwned>(body: &str) -> String {
        let error = serde_json::from_str::<T>(body).err().unwrap_or_else(|| panic!("it is well-formed: {body}"));
        let zh = words::told(error.to_string(), Lang::Zh);
        println!("{error}\n    {zh}");
        let rest: String = zh.split('`').step_by(2).collect();
        let rest: String = rest.split('"').step_by(2).collect();
        // A time zone is written so in Chinese too, and so is JSON.
        let rest = rest.replace("JSON", "").replace("2026-01-01T10:00:00Z", "");
        assert!(is_chinese(&zh) && !rest.chars().any(|letter| letter.is_ascii_alphabetic()), "{error}: {zh}");
        zh
    }
    use takt_api::orders::CreateOrder;
    use takt_domain::movement::NewMovement;
    use takt_domain::report::NewReport;
    assert_eq!(told::<CreateOrder>("{}"), "缺少字段 `item`(第 1 行第 2 列)");
    told::<CreateOrder>(r#"{"item": "A", "colour": 1}"#);
    told::<CreateOrder>(r#"{"item": 5}"#);
    told::<CreateOrder>(r#"{"item": null}"#);
    told::<CreateOrder>(r#"{"item": [1]}"#);
    told::<CreateOrder>(r#"{"item": {"a": 1}}"#);
    told::<CreateOrder>(r#"{"item": true}"#);
    told::<CreateOrder>(r#"{"item": 1.5}"#);
    told::<CreateOrder>(r#"{"item": ""}"#);
    told::<CreateOrder>(r#"{"item": " M"}"#);
    told::<CreateOrder>(r#"{"item": "A", "item": "B"}"#);
    told::<CreateOrder>(r#"{"item": "A", "quantity": "ten"}"#);
    told::<CreateOrder>(r#"{"item": "A", "quantity": 1}"#);
    told::<CreateOrder>(r#"{"item": "A", "quantity": "1.1234567890"}"#);
    told::<CreateOrder>(r#"{"item": "A", "quantity": "99999999999999999999999999"}"#);
    told::<CreateOrder>(r#"{"item": "A", "due": "tomorrow"}"#);
    told::<CreateOrder>(r#"{"item": "A", "due": "2026-02-30"}"#);
    for no_day in [
        "",
        "2026",
        "2026-",
        "2026-1-1",
        "2026-13-01",
        "2026-02-30",
        "2026-01-011",
        "20x6-01-01",
        "1-1-1",
        "2026/01/01",
        "2026-01-0a",
        "-2026-01-01",
        "今天",
        "99999-01-01",
        "2026-00-10",
        "2026-01-01T10",
    ] {
        told::<CreateOrder>(&format!(r#"{{"item": "A", "due": "{no_day}"}}"#));
        told::<NewReport>(&format!(r#"{{"order": "A", "started_at": "{no_day}"}}"#));
    }
    for no_time in [
        "2026-01-01T10:00",
        "2026-01-01T25:00:00Z",
        "2026-01-01T10:00:00",
        "2026-01-01T10:61:00Z",
        "2026-01-01T10:00:00+99:00",
        "2026-01-01T10:00:00Zx",
        "2026-01-01T10:00:00.Z",
        "2026-01-01T10:00:00[Mars/A]",
    ] {
        told::<NewReport>(&format!(r#"{{"order": "A", "started_at": "{no_time}"}}"#));
    }
    told::<CreateOrder>(r#"{"item": "A", "due": 5}"#);
    told::<NewReport>(r#"{"order": "A", "started_at": 5}"#);
    told::<CreateOrder>(r#"{"item": "A", "priority": "x"}"#);
    told::<NewReport>(r#"{"order": "A", "operation": "a"}"#);
    told::<NewReport>(r#"{"order": "A", "operation": -1}"#);
    told::<NewReport>(r#"{"order": "A", "operation": 70000}"#);
    told::<NewReport>(r#"{"order": "A", "started_at": "now"}"#);
    told::<NewReport>(r#"{"order": "A", "scrap": {}}"#);
    told::<NewMovement>(r#"{"kind": "theft"}"#);
    told::<NewMovement>(r#"{"kind": "receipt", "item": "A" "#);
    for broken in [
        "{",
        "{\"",
        "{\"a\"",
        "{\"item\":",
        "{\"item\": x}",
        "{\"item\": \"\\q\"}",
        "{\"item\": \"A\",}",
        "{a: 1}",
        "{\"item\" \"A\"}",
    ] {
        told::<CreateOrder>(broken);
    }
}
