//! A component that is compiled and ready to be instantiated.

use crate::bindings;
use crate::error::LoadError;
use crate::guest::GuestState;
use crate::hosts::AllowedHosts;
use crate::manifest;
use crate::options::EffectiveLimits;
use crate::sqlite::Database;
use crate::variables::Variables;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// No `Debug`: the variables and the environment may hold secrets.
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) limits: EffectiveLimits,
    /// What `spin:variables` answers.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) hosts: AllowedHosts,
    pub(crate) databases: BTreeMap<String, Arc<Database>>,
    pub(crate) pre: ServicePre<GuestState>,
}

/// What components are made with.
pub(crate) struct Workshop<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) linker: &'a Linker<GuestState>,
    pub(crate) folder: &'a Path,
    pub(crate) variables: &'a Variables,
    pub(crate) limits: &'a EffectiveLimits,
    pub(crate) databases: &'a BTreeMap<String, Arc<Database>>,
}

/// Everything that a component may import.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<GuestState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    bindings::spin::sqlite::sqlite::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    bindings::spin::redis::redis::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    bindings::spin::postgres::postgres::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    bindings::spin::variables::variables::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)?;
    Ok(linker)
}

impl Workshop<'_> {
    /// Fills templates, compiles (or takes from the cache) and links.
    pub(crate) fn make(
        &self,
        name: &str,
        declared: &manifest::Component,
        overrides: Option<&manifest::ComponentLimits>,
    ) -> Result<Component, LoadError> {
        let wrong = |message: String| LoadError::Component { component: name.to_owned(), message };
        let limits = match overrides {
            Some(overrides) => self.limits.clone().overridden(&overrides.as_limits())?,
            None => self.limits.clone(),
        };
        let mut variables = BTreeMap::new();
        for (key, template) in &declared.variables {
            variables.insert(key.clone(), self.variables.fill(template).map_err(&wrong)?);
        }
        let hosts: Vec<String> = declared
            .allowed_outbound_hosts
            .iter()
            .map(|entry| self.variables.fill(entry))
            .collect::<Result<_, _>>()
            .map_err(&wrong)?;
        let databases = declared
            .sqlite_databases
            .iter()
            .filter_map(|name| Some((name.clone(), Arc::clone(self.databases.get(name)?))))
            .collect();
        Ok(Component {
            name: name.to_owned(),
            limits,
            variables,
            environment: declared.environment.clone(),
            // Entries without a template are part of the manifest, so an error here may show the entry.
            hosts: AllowedHosts::parse(&hosts).map_err(&wrong)?,
            databases,
            pre: self.compile(name, &declared.source)?,
        })
    }

    fn compile(&self, name: &str, source: &Path) -> Result<ServicePre<GuestState>, LoadError> {
        let path = self.folder.join(source);
        let wrong = |message: String| LoadError::Component { component: name.to_owned(), message };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(LoadError::NotBuilt { component: name.to_owned(), path });
            }
            Err(source) => return Err(LoadError::Read { path, source }),
        };
        let component =
            wasmtime::component::Component::new(self.engine, bytes).map_err(|error| wrong(format!("{error:#}")))?;
        let pre = self.linker.instantiate_pre(&component).map_err(|error| {
            wrong(format!(
                "{error:#} (offered are WASI, spin:sqlite@3.1, spin:redis@3, spin:postgres@4.2, spin:variables@3)"
            ))
        })?;
        ServicePre::new(pre).map_err(|error| wrong(format!("it does not export wasi:http/handler@0.3.0: {error:#}")))
    }
}
