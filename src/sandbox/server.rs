use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::control::{self, ServerState};
use super::folder::{self, Folder};
use super::{Options, SandboxError};

/// moto imports in 2 s on a quiet machine; a compiler beside it can make it twenty times that.
const START: Duration = Duration::from_secs(120);
/// How much of a crashed server's log is shown: a Python error's last lines say what and where.
const LAST_LINES: usize = 6;

/// Starts the server as a process of its own, which outlives this one, and returns once it answers.
pub(super) async fn start(folder: &Folder, python: &Path, options: &Options) -> Result<ServerState, SandboxError> {
    if let Some(port) = options.port {
        // The server could only end with a traceback; here the port has a name.
        TcpListener::bind(("127.0.0.1", port)).await.map_err(|_| SandboxError::PortTaken { port })?;
    }
    let mut child = spawn(folder, python, options)?;
    let log = folder.log();
    match timeout(START, answers(folder, &mut child)).await {
        Ok(Ok(Some(state))) => Ok(state),
        Ok(Ok(None)) => Err(SandboxError::Crashed { said: last_lines(&log), log }),
        Ok(Err(error)) => Err(error),
        Err(_) => {
            // Not left behind: it would come up later, unknown to anybody. A failure here leaves nothing else to do.
            let _ = child.kill().await;
            Err(SandboxError::NoAnswer { seconds: START.as_secs(), log })
        }
    }
}

fn spawn(folder: &Folder, python: &Path, options: &Options) -> Result<Child, SandboxError> {
    let log = folder.log();
    let out = File::create(&log).map_err(SandboxError::folder("write", &log))?;
    let err = out.try_clone().map_err(SandboxError::folder("write", &log))?;
    let mut command = Command::new(python);
    command.arg("-u").arg(folder.server()?);
    command.arg("--state").arg(folder.state_file()).arg("--version").arg(folder::version());
    command.arg("--port").arg(options.port.unwrap_or_default().to_string());
    command.arg("--slow").arg(options.slow.as_secs_f64().to_string());
    if let Some(owner) = options.owner {
        command.arg("--owner").arg(owner.to_string());
    }
    // A process group of its own: Ctrl-C in the terminal is for us, not for it.
    command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
    command.spawn().map_err(|_| SandboxError::NoPython { interpreter: python.display().to_string() })
}

/// Polls until the server has written its state and answers; none if it ended instead.
async fn answers(folder: &Folder, child: &mut Child) -> Result<Option<ServerState>, SandboxError> {
    loop {
        if let Some(state) = folder.state()?
            && control::health(&state).await?.is_some_and(|health| health.token == state.token)
        {
            return Ok(Some(state));
        }
        if child.try_wait().map_err(SandboxError::folder("start", folder.log()))?.is_some() {
            return Ok(None);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(LAST_LINES)..];
    if shown.is_empty() { "it said nothing".to_owned() } else { shown.join("\n") }
}
