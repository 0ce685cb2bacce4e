use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::SandboxError;
use super::control::ServerState;

/// What the server's Python needs, pinned to the last package.
pub(super) const REQUIREMENTS: &str = include_str!("server/requirements.txt");

/// The server, file by file; built into the program so that one binary is all that a user needs.
const FILES: &[(&str, &str)] = &[
    ("server.py", include_str!("server/server.py")),
    ("answers.py", include_str!("server/answers.py")),
    ("faults.py", include_str!("server/faults.py")),
    ("patch.py", include_str!("server/patch.py")),
    ("process.py", include_str!("server/process.py")),
    ("rates.py", include_str!("server/rates.py")),
    ("slow.py", include_str!("server/slow.py")),
    ("watched.py", include_str!("server/watched.py")),
    ("wsgi.py", include_str!("server/wsgi.py")),
    ("mend_account.py", include_str!("server/mend_account.py")),
    ("mend_alarms.py", include_str!("server/mend_alarms.py")),
    ("mend_cache.py", include_str!("server/mend_cache.py")),
    ("mend_capacity.py", include_str!("server/mend_capacity.py")),
    ("mend_cdn.py", include_str!("server/mend_cdn.py")),
    ("mend_checks.py", include_str!("server/mend_checks.py")),
    ("mend_connect.py", include_str!("server/mend_connect.py")),
    ("mend_data.py", include_str!("server/mend_data.py")),
    ("mend_deliveries.py", include_str!("server/mend_deliveries.py")),
    ("mend_dns.py", include_str!("server/mend_dns.py")),
    ("mend_ec2.py", include_str!("server/mend_ec2.py")),
    ("mend_ecs.py", include_str!("server/mend_ecs.py")),
    ("mend_edge.py", include_str!("server/mend_edge.py")),
    ("mend_groups.py", include_str!("server/mend_groups.py")),
    ("mend_files.py", include_str!("server/mend_files.py")),
    ("mend_keys.py", include_str!("server/mend_keys.py")),
    ("mend_logs.py", include_str!("server/mend_logs.py")),
    ("mend_mail.py", include_str!("server/mend_mail.py")),
    ("mend_network.py", include_str!("server/mend_network.py")),
    ("mend_offers.py", include_str!("server/mend_offers.py")),
    ("mend_parameters.py", include_str!("server/mend_parameters.py")),
    ("mend_policies.py", include_str!("server/mend_policies.py")),
    ("mend_proxies.py", include_str!("server/mend_proxies.py")),
    ("mend_queues.py", include_str!("server/mend_queues.py")),
    ("mend_quotas.py", include_str!("server/mend_quotas.py")),
    ("mend_scheduler.py", include_str!("server/mend_scheduler.py")),
    ("mend_search.py", include_str!("server/mend_search.py")),
    ("mend_secrets.py", include_str!("server/mend_secrets.py")),
    ("mend_tags.py", include_str!("server/mend_tags.py")),
    ("mend_topics.py", include_str!("server/mend_topics.py")),
    ("mend_users.py", include_str!("server/mend_users.py")),
    ("mend_volumes.py", include_str!("server/mend_volumes.py")),
];

/// Tells one server from another: a hash of its files and of what they run on.
pub(super) fn version() -> String {
    let mut parts = vec![REQUIREMENTS];
    parts.extend(FILES.iter().map(|(_, text)| *text));
    hash(&parts)
}

/// Tells one set of requirements from another.
pub(super) fn requirements_version() -> String {
    hash(&[REQUIREMENTS])
}

fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hex::encode(&hasher.finalize()[..6])
}

/// The sandbox's folder below the user's cache.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(cache: &Path) -> Result<Self, SandboxError> {
        let path = cache.join("provision").join("sandbox");
        fs::create_dir_all(&path).map_err(SandboxError::folder("create", &path))?;
        // The server's log has requests in it, and its state the token that stops it.
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(SandboxError::folder("close", &path))?;
        Ok(Self(path))
    }

    /// Written by the server once it listens.
    pub(super) fn state_file(&self) -> PathBuf {
        self.0.join("state.json")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.0.join("server.log")
    }

    pub(super) fn install_log(&self) -> PathBuf {
        self.0.join("install.log")
    }

    /// The virtual environment for these requirements.
    pub(super) fn environment(&self) -> PathBuf {
        self.0.join(format!("python-{}", requirements_version()))
    }

    /// Writes the server's files, if they are not there yet, and returns the one to run.
    pub(super) fn server(&self) -> Result<PathBuf, SandboxError> {
        let folder = self.0.join(format!("server-{}", version()));
        fs::create_dir_all(&folder).map_err(SandboxError::folder("create", &folder))?;
        for (name, text) in FILES {
            let path = folder.join(name);
            fs::write(&path, text).map_err(SandboxError::folder("write", &path))?;
        }
        Ok(folder.join("server.py"))
    }

    /// What the last server said of itself; none if there is none, or it was cut short.
    pub(super) fn state(&self) -> Result<Option<ServerState>, SandboxError> {
        let path = self.state_file();
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SandboxError::folder("read", &path)(error)),
        }
    }

    pub(super) fn forget_state(&self) -> Result<(), SandboxError> {
        let path = self.state_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(SandboxError::folder("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Keeps every other process from starting or stopping the sandbox until it is dropped; the system frees it if we
    /// are killed. `waits` is called once if another has it.
    pub(super) async fn lock(&self, waits: impl FnOnce()) -> Result<File, SandboxError> {
        let path = self.0.join("lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(SandboxError::folder("open", &path))?;
        let mut waits = Some(waits);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {
                    if let Some(waits) = waits.take() {
                        waits();
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(TryLockError::Error(error)) => return Err(SandboxError::folder("lock", &path)(error)),
            }
        }
    }
}
