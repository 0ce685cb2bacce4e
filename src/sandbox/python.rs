use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::fs;
use tokio::process::Command;

use super::folder::{Folder, REQUIREMENTS};
use super::{Progress, Python, SandboxError};

/// moto 5.2 asks for 3.10.
const OLDEST: (u32, u32) = (3, 10);

/// Returns an interpreter that has the server's packages; makes a virtual environment for it the first time.
pub(super) async fn prepare(
    folder: &Folder,
    python: &Python,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<PathBuf, SandboxError> {
    let base = match python {
        Python::Prepared(python) => return Ok(python.clone()),
        Python::At(python) => python.clone(),
        Python::OnPath => PathBuf::from("python3"),
    };
    let environment = folder.environment();
    let interpreter = environment.join("bin").join("python");
    // Written last: an environment without it was cut short, and is made anew.
    let complete = environment.join("complete");
    // The interpreter is a link to the one it was made from, which a system upgrade may have removed.
    if fs::try_exists(&complete).await.unwrap_or_default() && fs::try_exists(&interpreter).await.unwrap_or_default() {
        return Ok(interpreter);
    }
    check_version(&base).await?;
    progress(Progress::CreatingEnvironment);
    create(&base, &environment).await?;
    progress(Progress::Installing);
    install(folder, &interpreter).await?;
    fs::write(&complete, "").await.map_err(SandboxError::folder("write", &complete))?;
    Ok(interpreter)
}

async fn check_version(python: &Path) -> Result<(), SandboxError> {
    let interpreter = python.display().to_string();
    let program = "import sys; print(*sys.version_info[:2])";
    let Ok(output) = run(python, ["-c", program]).await else { return Err(SandboxError::NoPython { interpreter }) };
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let version = said.split_once(' ').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    match version {
        None => Err(SandboxError::NoPython { interpreter }),
        Some(version) if version < OLDEST => {
            Err(SandboxError::OldPython { interpreter, found: said.replace(' ', ".") })
        }
        Some(_) => Ok(()),
    }
}

async fn create(python: &Path, environment: &Path) -> Result<(), SandboxError> {
    match fs::remove_dir_all(environment).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(SandboxError::folder("remove", environment)(error));
        }
        _ => {}
    }
    let no_venv = |said: String| SandboxError::NoVenv { interpreter: python.display().to_string(), said };
    let arguments = [OsStr::new("-m"), OsStr::new("venv"), environment.as_os_str()];
    let output = run(python, arguments).await.map_err(|error| no_venv(error.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(no_venv(first_line(&output))) }
}

async fn install(folder: &Folder, interpreter: &Path) -> Result<(), SandboxError> {
    let requirements = folder.environment().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).await.map_err(SandboxError::folder("write", &requirements))?;
    let log = folder.install_log();
    let failed = |said: String| SandboxError::Install { said, log: log.clone() };
    let options =
        ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2", "--requirement"];
    let arguments = options.iter().map(OsStr::new).chain([requirements.as_os_str()]);
    let output = run(interpreter, arguments).await.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let all = [&output.stdout[..], said.as_bytes()].concat();
    fs::write(&log, all).await.map_err(SandboxError::folder("write", &log))?;
    let last = said.lines().rev().find(|line| line.starts_with("ERROR")).unwrap_or("pip failed").to_owned();
    if is_network(&said) { Err(SandboxError::NoNetwork { said: last }) } else { Err(failed(last)) }
}

/// pip says "No matching distribution" for what it could not look up, too; what tells is the warning before it.
fn is_network(said: &str) -> bool {
    ["connection broken", "Temporary failure in name resolution", "Could not fetch URL", "ConnectTimeout", "ProxyError"]
        .iter()
        .any(|sign| said.contains(sign))
}

async fn run<A: AsRef<OsStr>>(python: &Path, arguments: impl IntoIterator<Item = A>) -> io::Result<Output> {
    Command::new(python).args(arguments).stdin(Stdio::null()).kill_on_drop(true).output().await
}

/// What `venv` has to say stands first, on stdout where it misses a Debian package and on stderr otherwise.
fn first_line(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    let all = String::from_utf8_lossy(&all);
    all.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_python_is_named_with_what_to_do() {
        let error = check_version(Path::new("/nowhere/python3")).await.expect_err("it is not there");
        let text = error.to_string();
        assert!(text.contains("/nowhere/python3 was not found"), "{text}");
        assert!(text.contains("apt-get install python3 python3-venv"), "{text}");
    }

    #[test]
    fn a_package_that_does_not_exist_is_no_matter_of_the_network() {
        assert!(!is_network("ERROR: No matching distribution found for moto==99"));
        assert!(is_network("WARNING: Retrying ... connection broken by 'NewConnectionError'\nERROR: No matching"));
    }
}
