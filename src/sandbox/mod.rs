//! The local AWS: moto behind a small server file of ours, started once and kept until `down`.
//!
//! Everything lives in `<cache>/provision/sandbox/`: a virtual environment per set of requirements, the server's files
//! per version, a state file while it runs (process, port, token), its log, and a lock that keeps two `up`s apart.
//! Nothing here prints: progress goes to a callback, the rest is returned.

mod control;
mod error;
mod folder;
mod python;
mod server;

pub use error::SandboxError;

use std::path::{Path, PathBuf};
use std::time::Duration;

use control::{Health, ServerState};
use folder::Folder;

/// How the server is to be started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port on 127.0.0.1; a free one if none is given.
    pub port: Option<u16>,
    /// Which Python to use.
    pub python: Python,
    /// How long creations and deletions take, so that their states are seen; zero is at once.
    pub slow: Duration,
    /// The process that it belongs to and ends with; with none it stays until `down`.
    pub owner: Option<u32>,
}

/// Where the server's interpreter comes from.
#[derive(Clone, Debug, Default)]
pub enum Python {
    /// `python3` on the path, with a virtual environment made from it.
    #[default]
    OnPath,
    /// This interpreter, with a virtual environment made from it.
    At(PathBuf),
    /// This interpreter as it is: it has the requirements already.
    Prepared(PathBuf),
}

/// A sandbox that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `http://127.0.0.1:41234`: the endpoint URL of every service.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// What it said, for when something is wrong.
    pub log: PathBuf,
}

/// What is being done, for a person who waits: the first start takes some ten seconds, later ones three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another process is starting the sandbox.
    AwaitingAnother,
    CreatingEnvironment,
    Installing,
    Starting,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AwaitingAnother => "waiting for another process that starts the sandbox",
            Self::CreatingEnvironment => "creating a Python environment for the sandbox",
            Self::Installing => "installing moto",
            Self::Starting => "starting the sandbox",
        })
    }
}

/// Returns the sandbox that runs, or starts one. `cache` is the user's cache folder, as `~/.cache`.
///
/// One that runs is kept whatever `options` say, unless it is of another version of the server: that one is stopped
/// first, and what was in it is lost. A state file whose process is gone is cleared away. Safe to call from several
/// processes at once: one starts it, the others wait and get the same.
///
/// # Errors
/// Every way in which a machine may not be able to: see [`SandboxError`].
pub async fn up(
    cache: &Path,
    options: &Options,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Endpoint, SandboxError> {
    let folder = Folder::open(cache)?;
    let _lock = folder.lock(|| progress(Progress::AwaitingAnother)).await?;
    if let Some((state, _)) = alive(&folder).await? {
        if state.version == folder::version() {
            return Ok(state.endpoint(&folder));
        }
        control::stop(&state).await?;
    }
    folder.forget_state()?;
    let python = python::prepare(&folder, &options.python, progress).await?;
    progress(Progress::Starting);
    let state = server::start(&folder, &python, options).await?;
    Ok(state.endpoint(&folder))
}

/// Returns an interpreter that has what the server needs, installing it the first time; starts nothing.
///
/// # Errors
/// As [`up`], for what concerns Python and pip.
pub async fn install(
    cache: &Path,
    python: &Python,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<PathBuf, SandboxError> {
    let folder = Folder::open(cache)?;
    let _lock = folder.lock(|| progress(Progress::AwaitingAnother)).await?;
    python::prepare(&folder, python, progress).await
}

/// Returns the sandbox that runs, if one does; starts nothing.
///
/// # Errors
/// [`SandboxError::Hung`] if its process is there and does not answer; a state file that cannot be read.
pub async fn running(cache: &Path) -> Result<Option<Endpoint>, SandboxError> {
    let folder = Folder::open(cache)?;
    Ok(alive(&folder).await?.map(|(state, _)| state.endpoint(&folder)))
}

/// What `provision sandbox status` tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub endpoint: Endpoint,
    /// Whether it is the server of this version of the program; if not, the next `up` replaces it.
    pub current: bool,
    /// How long creations take.
    pub slow: Duration,
    /// How many requests it has answered since it was started or reset.
    pub calls: u64,
}

/// Tells about the sandbox that runs; none if none does.
///
/// # Errors
/// As [`running`].
pub async fn status(cache: &Path) -> Result<Option<Status>, SandboxError> {
    let folder = Folder::open(cache)?;
    let Some((state, health)) = alive(&folder).await? else { return Ok(None) };
    Ok(Some(Status {
        current: state.version == folder::version(),
        slow: Duration::from_secs_f64(health.seconds_slow),
        calls: health.calls,
        endpoint: state.endpoint(&folder),
    }))
}

/// Ends the sandbox; `false` if none ran. Only a server that proves to be ours by its token is told to stop.
///
/// # Errors
/// [`SandboxError::Hung`] if it does not answer or does not end.
pub async fn down(cache: &Path) -> Result<bool, SandboxError> {
    let folder = Folder::open(cache)?;
    let _lock = folder.lock(|| ()).await?;
    let found = alive(&folder).await?;
    if let Some((state, _)) = &found {
        control::stop(state).await?;
    }
    folder.forget_state()?;
    Ok(found.is_some())
}

/// Empties the sandbox: every account and region, the call list, the fault schedule.
///
/// # Errors
/// [`SandboxError::NotRunning`] if none runs.
pub async fn reset(cache: &Path) -> Result<Endpoint, SandboxError> {
    let folder = Folder::open(cache)?;
    let (state, _) = alive(&folder).await?.ok_or(SandboxError::NotRunning)?;
    control::post(&state, "reset", "{}").await?;
    Ok(state.endpoint(&folder))
}

/// The server that the state file names, if it is ours and answers.
async fn alive(folder: &Folder) -> Result<Option<(ServerState, Health)>, SandboxError> {
    let Some(state) = folder.state()? else { return Ok(None) };
    let health = control::health(&state).await?;
    Ok(health.filter(|health| health.token == state.token).map(|health| (state, health)))
}
