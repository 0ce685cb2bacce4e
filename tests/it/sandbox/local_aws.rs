//! One local AWS for the whole test binary.

use std::path::{Path, PathBuf};

use provision::sandbox::{self, Endpoint, Options, Python};
use tokio::sync::OnceCell;

/// The server that all tests share, started by the first that asks; it ends with the test process.
///
/// Tests keep apart by account: an access key id of twelve digits is the account that it speaks for.
pub(crate) async fn endpoint() -> &'static Endpoint {
    static SHARED: OnceCell<Endpoint> = OnceCell::const_new();
    SHARED.get_or_init(|| async { start(&folder("shared"), &options().await).await }).await
}

pub(crate) async fn start(cache: &Path, options: &Options) -> Endpoint {
    sandbox::up(cache, options, &|_| ()).await.expect("the sandbox starts")
}

/// Options for a server of a test's own: the shared interpreter, and an end with the test process.
pub(crate) async fn options() -> Options {
    Options { python: Python::Prepared(python().await.clone()), owner: Some(std::process::id()), ..Options::default() }
}

/// A cache folder of this test process, so that two runs at a time don't meet.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()))
}

/// What `tests/run` has prepared; without it, what the program would install for itself.
pub(crate) async fn python() -> &'static PathBuf {
    static PYTHON: OnceCell<PathBuf> = OnceCell::const_new();
    PYTHON
        .get_or_init(|| async {
            if let Some(prepared) = std::env::var_os("PROVISION_TEST_PYTHON") {
                return PathBuf::from(prepared);
            }
            let home = std::env::var_os("HOME").expect("a home folder to cache moto in");
            let cache = Path::new(&home).join(".cache");
            sandbox::install(&cache, &Python::OnPath, &|_| ()).await.expect("moto can be installed")
        })
        .await
}
