use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::apply::{Clock, LeaseStore};
use crate::aws::ObjectStore;
use crate::resource::Result;

/// Leases in a bucket.
pub(super) struct BucketLeases(pub(super) ObjectStore);

impl BucketLeases {
    /// A write whose answer was lost is sent again and then finds its own first attempt: whoever finds its own text
    /// there was not too late.
    async fn or_own(&self, key: &str, body: &[u8], written: Option<String>) -> Result<Option<String>> {
        if written.is_some() {
            return Ok(written);
        }
        Ok(self.0.get(key).await?.filter(|(there, _)| there == body).map(|(_, version)| version))
    }
}

impl LeaseStore for BucketLeases {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>> {
        Box::pin(self.0.get(key))
    }

    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            let written = self.0.put_new(key, body.clone()).await?;
            self.or_own(key, &body, written).await
        })
    }

    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            let written = self.0.put_if(key, version, body.clone()).await?;
            self.or_own(key, &body, written).await
        })
    }
}

/// The clock of the world.
pub(super) struct WallClock(pub(super) fn() -> Timestamp);

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        (self.0)()
    }
}
