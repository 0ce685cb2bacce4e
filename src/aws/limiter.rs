use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use super::operation::Operation;
use super::rates::rate;
use super::timings::Timer;
use super::token_bucket::TokenBucket;

/// The token buckets of one account and region, by the names that [`rate`] gives.
#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<HashMap<String, TokenBucket>>);

impl Limiter {
    fn take(&self, operation: &Operation) -> Duration {
        self.with(operation, TokenBucket::take)
    }

    /// Learns from an answer: a throttled call narrows its bucket, any other widens it again.
    pub(super) fn learn(&self, operation: &Operation, throttled: bool) {
        self.with(operation, if throttled { TokenBucket::narrow } else { TokenBucket::widen });
    }

    fn with<T>(&self, operation: &Operation, change: impl FnOnce(&mut TokenBucket, Instant) -> T) -> T {
        let (name, rate) = rate(operation);
        let now = Instant::now();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(buckets.entry(name.into_owned()).or_insert_with(|| TokenBucket::new(rate, now)), now)
    }
}

/// An identity cache that waits for the rate limit. The SDK asks it for credentials in every attempt just before it
/// signs; a connector would wait too late, with a signature that ages.
#[derive(Debug)]
pub(super) struct LimitedIdentity {
    inner: SharedIdentityCache,
    limiter: Arc<Limiter>,
    timer: Arc<Timer>,
}

impl LimitedIdentity {
    pub(super) fn new(limiter: Arc<Limiter>, timer: Arc<Timer>) -> Self {
        Self { inner: IdentityCache::lazy().build(), limiter, timer }
    }
}

impl ResolveCachedIdentity for LimitedIdentity {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        cfg: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async move {
            if let Some(operation) = Operation::of(cfg) {
                let wait = self.limiter.take(&operation);
                if !wait.is_zero() {
                    tracing::debug!(%operation, ?wait, "waiting for the rate limit");
                    tokio::time::sleep(wait).await;
                    self.timer.waited(&operation.to_string(), wait);
                }
            }
            self.inner.resolve_cached_identity(resolver, components, cfg).await
        })
    }
}
