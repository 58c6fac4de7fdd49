//! The manifest: `spin.toml`, version 2.
//!
//! Every key is either understood or an error with its line: a key that is silently ignored would make an application
//! behave otherwise here than on Spin.

mod component;
mod section;
mod tool;

pub use component::{Build, Component};
pub use tool::{Call, ComponentLimits, Rate, Takt};

use crate::error::LoadError;
use section::Section;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml_edit::{Item, Table};

/// A manifest that has been read and checked; variables are not yet filled in.
#[derive(Debug)]
pub struct Manifest {
    /// The file itself.
    pub path: PathBuf,
    pub application: ApplicationSection,
    pub variables: BTreeMap<String, VariableDeclaration>,
    pub routes: Vec<HttpTrigger>,
    pub components: BTreeMap<String, Component>,
    /// `[application.tool.takt]`.
    pub takt: Takt,
}

#[derive(Debug)]
pub struct ApplicationSection {
    pub name: String,
    pub version: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<String>,
    /// `[application.tool]`, as written: each tool reads its own table.
    pub tools: BTreeMap<String, Table>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableDeclaration {
    pub default: Option<String>,
    pub required: bool,
    pub secret: bool,
}

/// One `[[trigger.http]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTrigger {
    /// `None`: private, to be reached by other components only.
    pub route: Option<String>,
    pub component: String,
    pub line: usize,
}

impl Manifest {
    /// Reads and checks the file at `path`.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read_to_string(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Checks `text`, which came from `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LoadError> {
        let document = toml_edit::Document::parse(text).map_err(|error| LoadError::Manifest {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| section::line_at(text, span.start)),
            message: error.message().to_owned(),
        })?;
        let source = section::Source { path, text };
        let root = Section::root(source, document.as_table());
        root.only(&["spin_manifest_version", "application", "variables", "trigger", "component"])?;
        match root.integer("spin_manifest_version")? {
            Some(2) => {}
            _ => return Err(root.error("spin_manifest_version", "spin_manifest_version must be 2")),
        }
        let application = application(&root)?;
        let takt = match root.section("application")?.map(|a| a.section("tool")).transpose()?.flatten() {
            Some(tools) => Takt::parse(tools.section("takt")?)?,
            None => Takt::default(),
        };
        let variables = variables(&root)?;
        let mut components = BTreeMap::new();
        if let Some(section) = root.section("component")? {
            for name in section.keys() {
                let entry = section.required_section(&name)?;
                components.insert(name, Component::parse(&entry)?);
            }
        }
        let routes = triggers(&root, &components)?;
        for name in takt.components.keys() {
            if !components.contains_key(name) {
                let message = format!("[application.tool.takt.component.{name}]: there is no such component");
                return Err(root.error("application", &message));
            }
        }
        Ok(Self { path: path.to_owned(), application, variables, routes, components, takt })
    }

    /// The folder that relative paths start from.
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }
}

fn application(root: &Section) -> Result<ApplicationSection, LoadError> {
    let section = root.required_section("application")?;
    section.only(&["name", "version", "description", "authors", "tool"])?;
    let mut tools = BTreeMap::new();
    if let Some(tool) = section.section("tool")? {
        for name in tool.keys() {
            if let Some(Item::Table(table)) = tool.item(&name) {
                tools.insert(name, table.clone());
            }
        }
    }
    Ok(ApplicationSection {
        name: section.required_string("name")?,
        version: section.string("version")?,
        description: section.string("description")?,
        authors: section.strings("authors")?,
        tools,
    })
}

fn variables(root: &Section) -> Result<BTreeMap<String, VariableDeclaration>, LoadError> {
    let mut variables = BTreeMap::new();
    let Some(section) = root.section("variables")? else { return Ok(variables) };
    for name in section.keys() {
        if !is_variable_name(&name) {
            let message =
                format!("variable `{name}`: lower-case letters, digits and single `_`, starting with a letter");
            return Err(section.error(&name, &message));
        }
        let entry = section.required_section(&name)?;
        entry.only(&["default", "required", "secret", "description"])?;
        let declaration = VariableDeclaration {
            default: entry.string("default")?,
            required: entry.boolean("required")?.unwrap_or(false),
            secret: entry.boolean("secret")?.unwrap_or(false),
        };
        match (&declaration.default, declaration.required) {
            (Some(_), true) => {
                return Err(section.error(&name, &format!("variable `{name}` is required and has a default: take one")));
            }
            (None, false) => {
                return Err(section.error(&name, &format!("variable `{name}` needs a default, or `required = true`")));
            }
            _ => {}
        }
        variables.insert(name, declaration);
    }
    Ok(variables)
}

/// Spin's rule for the names of variables and of components' own variables.
pub(crate) fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn triggers(root: &Section, components: &BTreeMap<String, Component>) -> Result<Vec<HttpTrigger>, LoadError> {
    let mut triggers = Vec::new();
    let Some(section) = root.section("trigger")? else { return Ok(triggers) };
    section.only(&["http"])?;
    for entry in section.sections("http")? {
        entry.only(&["id", "route", "component", "executor"])?;
        if let Some(executor) = entry.section("executor")? {
            executor.only(&["type"])?;
            if !matches!(executor.string("type")?.as_deref(), None | Some("spin" | "http")) {
                return Err(executor.error("type", "executor: only `http` is supported"));
            }
        }
        let component = match entry.item("component") {
            Some(item) if item.is_table_like() => {
                let message = "an inline component is not supported: name a [component.NAME]";
                return Err(entry.error("component", message));
            }
            _ => entry.required_string("component")?,
        };
        if !components.contains_key(&component) {
            return Err(entry.error("component", &format!("there is no [component.{component}]")));
        }
        let route = match entry.item("route") {
            Some(item) if item.is_table_like() => {
                let private = entry.required_section("route")?;
                private.only(&["private"])?;
                if private.boolean("private")? != Some(true) {
                    return Err(entry.error("route", "route: a path, or { private = true }"));
                }
                None
            }
            _ => Some(entry.required_string("route")?),
        };
        if let Some(Err(message)) = route.as_deref().map(crate::routes::Pattern::parse) {
            return Err(entry.error("route", &message));
        }
        triggers.push(HttpTrigger { route, component, line: entry.line() });
    }
    Ok(triggers)
}
