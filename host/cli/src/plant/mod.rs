//! A plant as the operator's commands reach it: in this process over a data folder, or elsewhere over HTTP. Both take
//! the same calls, so there is one code path for each thing, and the same permissions.

mod local;
mod remote;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use takt_api::identity::{Session, Sign, SignIn, SignatureTicket};
use takt_api::problem::Problem;
use takt_api::stock::SIGNATURE_HEADER;
use takt_runtime::Application;

use crate::backing::Backing;
use crate::project::Project;

/// Which plant a command is about.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Target {
    /// The data folder, which is reached in this process [default: .takt/data]
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    data: Option<PathBuf>,
    #[command(flatten)]
    backing: Backing,
    /// A running plant; its user is given with --user, the PIN in TAKT_PIN or at the prompt
    #[arg(long, value_name = "URL", requires = "user", conflicts_with_all = ["postgres", "redis", "redis_queue"])]
    target: Option<String>,
    /// Who signs in to the running plant
    #[arg(long, value_name = "NAME", requires = "target")]
    user: Option<String>,
    /// The plant's number, where there are several
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    plant: u32,
}

/// Whether a data folder that is not there yet is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// It is.
    Made,
    /// It is an error.
    Expected,
}

impl Target {
    /// True for a running plant.
    pub(crate) fn is_remote(&self) -> bool {
        self.target.is_some()
    }

    /// The plant's number.
    pub(crate) fn number(&self) -> u32 {
        self.plant
    }

    /// The plant, ready for calls.
    pub(crate) fn open(&self, folder: Folder) -> anyhow::Result<Plant> {
        if let (Some(url), Some(user)) = (&self.target, &self.user) {
            let plant = Plant { way: Arc::new(remote::Remote::new(url)?), token: None, language: ENGLISH };
            return plant.sign_in(Some(self.plant), user, &crate::user::pin("PIN: ", "TAKT_PIN")?);
        }
        let project = Project::find()?;
        let data = self.data.clone().unwrap_or_else(|| project.default_data());
        if folder == Folder::Expected && !self.backing.has_postgres() && !data.join("takt.db").is_file() {
            bail!("there is no plant in {}: `takt serve`, `takt user add` or `takt import` makes one", data.display());
        }
        let (application, key) = local::load(&project, &data, &self.backing, Serving::default())?;
        let plant = Plant::in_process(application, self.plant, &key)?;
        if folder == Folder::Expected {
            self.require_plant(&plant)?;
        }
        Ok(plant)
    }

    /// The first plant is there from the beginning. Another is there once something has been imported for it.
    fn require_plant(&self, plant: &Plant) -> anyhow::Result<()> {
        if self.plant == 1 {
            return Ok(());
        }
        let known = plant.way.plants()?;
        if !known.contains(&self.plant) {
            let known: Vec<String> = known.iter().map(u32::to_string).collect();
            bail!("there is no plant {} here, only {}", self.plant, known.join(", "));
        }
        Ok(())
    }
}

pub(crate) use local::{Serving, load};

/// What people at a terminal read.
const ENGLISH: &str = "en";

/// Somebody at a plant.
#[derive(Clone)]
pub(crate) struct Plant {
    way: Arc<dyn Way>,
    token: Option<String>,
    /// In which language the plant answers, and words what it writes down.
    language: &'static str,
}

/// How calls get there.
trait Way: Send + Sync {
    fn send(&self, request: http::Request<Bytes>) -> anyhow::Result<http::Response<Bytes>>;

    /// Lets the background work where no timer does; false where one does.
    fn background(&self) -> anyhow::Result<bool> {
        Ok(false)
    }

    /// Which plants there are, for whoever is inside.
    fn plants(&self) -> anyhow::Result<Vec<u32>> {
        Ok(Vec::new())
    }
}

impl Plant {
    /// An administrator that `takt` itself vouches for, with the key in the data folder.
    pub(crate) fn in_process(application: Arc<Application>, plant: u32, key: &str) -> anyhow::Result<Self> {
        let token = local::token(plant, key)?;
        Ok(Self { way: Arc::new(local::Local::new(application)?), token: Some(token), language: ENGLISH })
    }

    /// The same plant for another user.
    pub(crate) fn sign_in(&self, plant: Option<u32>, user: &str, pin: &str) -> anyhow::Result<Self> {
        let sign_in = SignIn { plant, user: user.parse()?, pin: pin.to_owned() };
        let session: Session = self.call("POST", "/api/v1/session", None, Some(&sign_in))?;
        Ok(Self { way: Arc::clone(&self.way), token: session.token, language: self.language })
    }

    /// The same person in another language.
    pub(crate) fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// Lets the background of a plant in this process work for some seconds; false for a running plant, whose own timer
    /// does that.
    pub(crate) fn background(&self) -> anyhow::Result<bool> {
        self.way.background()
    }

    /// Reads.
    pub(crate) fn get<A: DeserializeOwned>(&self, path: &str) -> anyhow::Result<A> {
        self.call("GET", path, None, None::<&()>)
    }

    /// Writes once, however often it has to be sent.
    pub(crate) fn write<B: Serialize, A: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &B,
    ) -> anyhow::Result<A> {
        self.write_once(&uuid::Uuid::now_v7().to_string(), method, path, body)
    }

    /// Writes once under this key: a repeat, also in a later run, is answered as the first time.
    pub(crate) fn write_once<B: Serialize, A: DeserializeOwned>(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: &B,
    ) -> anyhow::Result<A> {
        self.call(method, path, Some(&format!("\"{key}\"")), Some(body))
    }

    /// Posts once with an electronic signature: the PIN once more, for this very call.
    pub(crate) fn sign_once<B: Serialize, A: DeserializeOwned>(
        &self,
        key: &str,
        pin: &str,
        path: &str,
        body: &B,
    ) -> anyhow::Result<A> {
        let sign = Sign { pin: pin.to_owned(), method: "POST".into(), path: path.to_owned() };
        let signature: SignatureTicket = self.call("POST", "/api/v1/session/signature", None, Some(&sign))?;
        self.call_with("POST", path, Some(&format!("\"{key}\"")), Some(body), Some(&signature.ticket))
    }

    fn call<B: Serialize, A: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&B>,
    ) -> anyhow::Result<A> {
        self.call_with(method, path, key, body, None)
    }

    fn call_with<B: Serialize, A: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&B>,
        ticket: Option<&str>,
    ) -> anyhow::Result<A> {
        let body = body.map(serde_json::to_vec).transpose()?.unwrap_or_default();
        let mut request = http::Request::builder().method(method).uri(path).header("accept-language", self.language);
        if !body.is_empty() {
            request = request.header("content-type", "application/json").header("content-length", body.len());
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(ticket) = ticket {
            request = request.header(SIGNATURE_HEADER, ticket);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = self.way.send(request.body(Bytes::from(body))?)?;
        let status = answer.status();
        if status.is_success() {
            return serde_json::from_slice(answer.body()).with_context(|| format!("{method} {path}: not understood"));
        }
        match serde_json::from_slice::<Problem>(answer.body()) {
            Ok(problem) => Err(Refused(problem).into()),
            Err(_) => bail!("{method} {path} answered {status}"),
        }
    }
}

/// A problem that the plant answered with.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Problem { title, detail, unmet, errors, .. } = &self.0;
        f.write_str(title)?;
        if !detail.is_empty() {
            write!(f, ": {detail}")?;
        }
        for unmet in unmet {
            write!(f, "\n  {}; {}", unmet.detail, unmet.remedy)?;
        }
        for error in errors {
            write!(f, "\n  {}: {}", error.at, error.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
