use tokio::runtime::Runtime;

use super::engine::runtime;
use super::failure::{CommandFailure, Result};
use super::interrupt::Interrupt;

/// The runtime of a command that only looks: the first signal ends it, and nothing of what it showed meanwhile stays.
pub struct Looking(Option<Runtime>);

impl Looking {
    pub fn begin() -> Result<Self> {
        runtime().map(|runtime| Self(Some(runtime)))
    }

    /// Waits for an answer.
    ///
    /// # Errors
    /// Its own, or that it was interrupted.
    pub fn wait<T, E>(&self, look: impl Future<Output = Result<T, E>>) -> Result<T>
    where
        CommandFailure: From<E>,
    {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        runtime.block_on(async { Interrupt::listen().or(look).await })
    }

    /// Waits for a look that tells itself what it did not see.
    ///
    /// # Errors
    /// That it was interrupted.
    pub fn wait_for<T>(&self, look: impl Future<Output = T>) -> Result<T> {
        self.wait(async { Ok::<_, CommandFailure>(look.await) })
    }
}

/// A name that is still being looked up must not hold up an interrupted command.
impl Drop for Looking {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
