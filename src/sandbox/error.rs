use std::path::PathBuf;

/// Why there is no sandbox; every message says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    #[error(
        "the sandbox needs Python 3.10 or later, and {interpreter} was not found\n\
         install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python3), or name one with PROVISION_PYTHON"
    )]
    NoPython { interpreter: String },

    #[error(
        "the sandbox needs Python 3.10 or later, and {interpreter} is {found}\n\
         install a later one and name it with PROVISION_PYTHON"
    )]
    OldPython { interpreter: String, found: String },

    #[error(
        "{interpreter} cannot make a virtual environment: {said}\n\
         on Debian and Ubuntu: apt-get install python3-venv; then run this again"
    )]
    NoVenv { interpreter: String, said: String },

    #[error(
        "could not reach a Python package index to install the sandbox (moto): {said}\n\
         check the network, or the proxy and index that pip is configured with, then run this again; it is needed only once"
    )]
    NoNetwork { said: String },

    #[error("pip could not install the sandbox's packages: {said}\nthe whole of what it said: {log}")]
    Install { said: String, log: PathBuf },

    #[error(
        "port {port} on 127.0.0.1 is taken by another program\nchoose another port, or none: a free one is found then"
    )]
    PortTaken { port: u16 },

    #[error("the sandbox ended as it started: {said}\nits whole log: {log}")]
    Crashed { said: String, log: PathBuf },

    #[error(
        "the sandbox did not answer within {seconds} s of its start\n\
         the machine may be very busy: run this again; its log: {log}"
    )]
    NoAnswer { seconds: u64, log: PathBuf },

    #[error(
        "the sandbox's process {pid} holds port {port} and does not answer\n\
         end it with `kill {pid}`, then run this again"
    )]
    Hung { pid: u32, port: u16 },

    #[error("no sandbox is running\nstart one with `⟪sandbox up⟫`")]
    NotRunning,

    #[error("the sandbox refused {what}: {said}")]
    Refused { what: String, said: String },

    #[error(
        "cannot {doing} {path}\n\
         the sandbox keeps its files there; check the folder's owner and free space"
    )]
    Folder { doing: &'static str, path: PathBuf, source: std::io::Error },
}

impl SandboxError {
    pub(super) fn folder(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Folder { doing, path, source }
    }
}
