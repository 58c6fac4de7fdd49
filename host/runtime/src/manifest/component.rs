//! `[component.NAME]`.

use super::section::Section;
use crate::error::LoadError;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Component {
    /// As written; relative to the manifest's folder.
    pub source: PathBuf,
    /// Entries as written, `{{ }}` templates included.
    pub allowed_outbound_hosts: Vec<String>,
    pub sqlite_databases: Vec<String>,
    /// Templates over the application's variables.
    pub variables: BTreeMap<String, String>,
    pub environment: BTreeMap<String, String>,
    pub build: Option<Build>,
    pub line: usize,
}

/// `[component.NAME.build]`: exposed for who builds; loading does not run it.
#[derive(Debug, PartialEq, Eq)]
pub struct Build {
    /// To be run one after the other by a shell.
    pub commands: Vec<String>,
    pub workdir: Option<PathBuf>,
    pub watch: Vec<String>,
}

impl Component {
    pub(super) fn parse(section: &Section) -> Result<Self, LoadError> {
        for (key, why) in [
            ("files", ": put what a component serves inside its .wasm (include_bytes!)"),
            ("key_value_stores", ": use sqlite_databases or Redis"),
            ("ai_models", ""),
            ("dependencies", ": link what a component needs into its .wasm"),
            ("allowed_http_hosts", ": use allowed_outbound_hosts"),
        ] {
            if section.item(key).is_some() {
                return Err(section.unsupported(key, why));
            }
        }
        section.only(&[
            "source",
            "description",
            "allowed_outbound_hosts",
            "sqlite_databases",
            "variables",
            "environment",
            "build",
            "tool",
        ])?;
        if section.item("source").is_some_and(toml_edit::Item::is_table_like) {
            return Err(section.error("source", "source must be a path: other sources are not supported"));
        }
        let variables = strings(section, "variables")?;
        if let Some(name) = variables.keys().find(|name| !super::is_variable_name(name)) {
            return Err(section.error("variables", &format!("`{name}` is not a valid variable name")));
        }
        let sqlite_databases = section.strings("sqlite_databases")?;
        if let Some(name) = sqlite_databases.iter().find(|name| !is_database_name(name)) {
            let message = format!("database `{name}`: lower-case letters, digits, `-` and `_` only");
            return Err(section.error("sqlite_databases", &message));
        }
        Ok(Self {
            source: section.required_string("source")?.into(),
            allowed_outbound_hosts: section.strings("allowed_outbound_hosts")?,
            sqlite_databases,
            variables,
            environment: strings(section, "environment")?,
            build: section.section("build")?.map(|build| Build::parse(&build)).transpose()?,
            line: section.line(),
        })
    }
}

/// The name becomes a file's name, so it must not be able to leave the data folder, nor to meet the default's file.
fn is_database_name(name: &str) -> bool {
    !name.is_empty()
        && name != "takt"
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

impl Build {
    fn parse(section: &Section) -> Result<Self, LoadError> {
        section.only(&["command", "workdir", "watch", "environment"])?;
        if section.item("environment").is_some() {
            return Err(section.unsupported("environment", ""));
        }
        let commands = match section.item("command") {
            Some(item) if item.is_array() => section.strings("command")?,
            Some(_) => vec![section.required_string("command")?],
            None => return Err(section.error("command", &format!("[{}] needs `command`", section.name()))),
        };
        Ok(Self { commands, workdir: section.string("workdir")?.map(PathBuf::from), watch: section.strings("watch")? })
    }
}

fn strings(section: &Section, key: &str) -> Result<BTreeMap<String, String>, LoadError> {
    let Some(table) = section.section(key)? else { return Ok(BTreeMap::new()) };
    table.keys().into_iter().map(|name| Ok((name.clone(), table.required_string(&name)?))).collect()
}
