use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio::time::Instant;

use super::class::THROTTLES;
use super::limiter::Limiter;
use super::operation::Operation;
use super::timings::Timer;

/// Measures every attempt, and tells the limiter how AWS took it.
#[derive(Debug)]
pub(super) struct Meter {
    limiter: Arc<Limiter>,
    timer: Arc<Timer>,
}

/// When the attempt in flight was sent; none if it was stopped before.
#[derive(Clone, Copy, Debug)]
struct Sent(Option<Instant>);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

impl Meter {
    pub(super) fn new(limiter: Arc<Limiter>, timer: Arc<Timer>) -> Self {
        Self { limiter, timer }
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Sent(None));
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Sent(Some(Instant::now())));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(operation), Some(Sent(Some(sent)))) = (Operation::of(cfg), cfg.load::<Sent>()) else {
            return Ok(());
        };
        // Every interceptor runs, so a gate may have refused what looks sent.
        if matches!(context.output_or_error(), Some(Err(error)) if error.is_interceptor_error()) {
            return Ok(());
        }
        let throttled = context.response().is_some_and(is_throttled);
        self.timer.attempt(&operation.to_string(), sent.elapsed(), throttled);
        // No answer says nothing about the rate.
        if context.response().is_some() {
            self.limiter.learn(&operation, throttled);
        }
        Ok(())
    }
}

/// The code stands in the body (XML or JSON) or in a header; its place differs by protocol.
fn is_throttled(response: &HttpResponse) -> bool {
    if response.status().is_success() {
        return false;
    }
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
    response.status().as_u16() == 429
        || body.contains("Rate exceeded")
        || THROTTLES.iter().any(|code| body.contains(code) || header.starts_with(code))
}
