//! A plant in this process: the components run here over a data folder, beside whoever else serves it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use jiff::Timestamp;
use takt_api::identity::Claims;
use takt_domain::permission::Role;
use takt_runtime::{Application, Options};

use super::Way;
use crate::backing::Backing;
use crate::project::Project;
use crate::token_key;

/// How long a token of a local command works; no command runs that long.
const TOKEN_TTL_S: i64 = 3600;

pub(super) struct Local {
    runtime: tokio::runtime::Runtime,
    application: Arc<Application>,
}

impl Local {
    pub(super) fn new(application: Arc<Application>) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for calls")?;
        Ok(Self { runtime, application })
    }
}

impl Way for Local {
    fn send(&self, request: http::Request<Bytes>) -> anyhow::Result<http::Response<Bytes>> {
        Ok(self.runtime.block_on(self.application.call(request)))
    }

    fn background(&self) -> anyhow::Result<bool> {
        self.runtime.block_on(crate::background::once(&self.application, "")).map(|_| true)
    }

    fn plants(&self) -> anyhow::Result<Vec<u32>> {
        Ok(self.runtime.block_on(crate::background::once(&self.application, ""))?.plants)
    }
}

/// What only who serves others decides.
#[derive(Clone, Default)]
pub(crate) struct Serving {
    /// Where the pages stand beside here.
    pub(crate) allowed_origins: Vec<String>,
    /// Where webhooks may lead inside one's own network.
    pub(crate) webhook_inside: Option<String>,
    pub(crate) access_log: bool,
    pub(crate) unlimited_callers: bool,
}

/// Loads what is built over a data folder, which is made with its key where there is none. Answers the key too.
pub(crate) fn load(
    project: &Project,
    data: &Path,
    backing: &Backing,
    serving: Serving,
) -> anyhow::Result<(Arc<Application>, String)> {
    project.require_built()?;
    std::fs::create_dir_all(data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    let key = token_key::ensure(data)?;
    let mut variables = backing.variables()?;
    variables.push(("token_key".to_owned(), key.clone()));
    if !serving.allowed_origins.is_empty() {
        variables.push(("allowed_origins".to_owned(), serving.allowed_origins.join(",")));
    }
    if let Some(inside) = serving.webhook_inside {
        variables.push(("webhook_inside".to_owned(), inside));
    }
    if serving.unlimited_callers {
        variables.push(("caller_rate".to_owned(), String::new()));
    }
    let options = Options {
        manifest: project.manifest(),
        data: data.to_owned(),
        variables: variables.into_iter().collect(),
        access_log: serving.access_log,
        unlimited_callers: serving.unlimited_callers,
        ..Options::default()
    };
    Ok((Application::load(options)?, key))
}

pub(super) fn token(plant: u32, key: &str) -> anyhow::Result<String> {
    let claims = Claims {
        plant,
        user: "takt".parse()?,
        roles: vec![Role::Administrator],
        session: "local".to_owned(),
        exp: Timestamp::now().as_second() + TOKEN_TTL_S,
        scopes: None,
    };
    Ok(takt_web::token::sign(&claims, key.as_bytes()))
}
