use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::RetryConfig;

use super::ids::{decode, ids, words};
use super::operation::Operation;
use super::{GateRules, WriterScope};
use crate::resource::{Class, Failure, key};

/// Shorter strings (`tcp`, `web`) occur in what is foreign, too: those tell as whole words only.
const TELLING: usize = 6;

/// The gate of one step's writer: checks the lease and the targets of every change, attempt by attempt.
#[derive(Clone, Debug)]
pub(super) struct WriterGate(Arc<GateState>);

#[derive(Debug)]
struct GateState {
    scope: WriterScope,
    rules: Arc<GateRules>,
    /// What this writer made, or read about the stack's own things: in lower case.
    admitted: Mutex<BTreeSet<String>>,
}

/// Whether the request in flight names something of ours, so that the ids of its answer are ours as well.
#[derive(Clone, Copy, Debug)]
struct NamesOurs(bool);

impl Storable for NamesOurs {
    type Storer = StoreReplace<Self>;
}

impl WriterGate {
    pub(super) fn new(scope: WriterScope, rules: Arc<GateRules>) -> Self {
        Self(Arc::new(GateState { scope, rules, admitted: Mutex::default() }))
    }

    /// Counts an id as one of the stack's own from now on.
    pub(super) fn admit(&self, id: &str) {
        let mut admitted = self.0.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        admitted.insert(id.to_ascii_lowercase());
        // CreateKey answers with an ARN; the next call may name its last part alone.
        if let Some((_, last)) = id.rsplit_once(['/', ':']).filter(|(_, last)| last.len() >= TELLING) {
            admitted.insert(last.to_ascii_lowercase());
        }
    }

    /// Returns whether an id is the stack's own or this writer's making.
    pub(super) fn is_ours(&self, id: &str) -> bool {
        let admitted = self.0.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.scope.own.contains(id) || admitted.contains(&id.to_ascii_lowercase())
    }

    /// Returns whether the text names something of the stack's own, or writes this step's address into tags.
    fn names_ours(&self, text: &str) -> bool {
        let GateState { scope, admitted, .. } = &*self.0;
        let lower = text.to_ascii_lowercase();
        let is_tagged = [key::TENANT, key::ENVIRONMENT, &scope.stack.tenant, &scope.stack.environment]
            .iter()
            .all(|part| text.contains(*part));
        is_tagged
            || scope.own.iter().any(|own| is_named(&lower, &own.to_ascii_lowercase()))
            || admitted.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|id| lower.contains(id))
    }

    /// Returns whether an id may stand in a change: it is the stack's own, this step's making, or in its spec.
    fn allows(&self, id: &str) -> bool {
        let GateState { scope, admitted, .. } = &*self.0;
        let id = id.to_ascii_lowercase();
        let is_part = |own: &str| {
            let own = own.to_ascii_lowercase();
            own == id
                || own.contains(&id)
                || (id.starts_with("arn:") && own.len() >= TELLING && id.split([':', '/']).any(|part| part == own))
                || (id.starts_with("arn:") && own.starts_with("arn:") && id.starts_with(&own))
        };
        scope.own.iter().any(|own| is_part(own))
            || scope.mentioned.iter().any(|text| text.to_ascii_lowercase().contains(&id))
            || admitted.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|own| is_part(own))
    }

    fn check(&self, operation: &Operation, text: &str) -> Result<(), Failure> {
        let refuse = |message: String| {
            let failure = Failure::new(Class::Refused, message).hint(super::BUG);
            Err(Failure { operation: operation.to_string(), ..failure })
        };
        let address = &self.0.scope.address;
        if let Some(foreign) = ids(text, &self.0.rules.id_prefixes).into_iter().find(|id| !self.allows(id)) {
            return refuse(format!("the step for {address} was stopped from touching {foreign}, which is not its own"));
        }
        if !self.names_ours(text) && !self.0.rules.is_nameless(&address.kind, &operation.to_string()) {
            return refuse(format!("the step for {address} was stopped: the change names nothing of the stack's own"));
        }
        Ok(())
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for WriterGate {
    fn name(&self) -> &'static str {
        "WriterGate"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if Operation::of(cfg)
            .is_some_and(|operation| self.0.rules.non_idempotent.contains(operation.to_string().as_str()))
        {
            cfg.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }

    // The last moment of every attempt: after the wait for the rate limit, which may be longer than the lease lasts.
    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(operation) = Operation::of(cfg) else {
            return Err(Failure::new(Class::Refused, "an unknown operation was stopped").hint(super::BUG).into());
        };
        let text = text(context.request());
        let ours = self.names_ours(&text);
        cfg.interceptor_state().store_put(NamesOurs(ours));
        if operation.is_read() {
            return Ok(());
        }
        let name = operation.to_string();
        self.0.scope.fence.check(&name).map_err(|failure| {
            if failure.operation.is_empty() { Failure { operation: name, ..failure } } else { failure }
        })?;
        Ok(self.check(&operation, &text)?)
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let ours = cfg.load::<NamesOurs>().is_some_and(|ours| ours.0);
        if let (true, true, Some(answer)) =
            (ours, context.response().status().is_success(), context.response().body().bytes())
        {
            for id in ids(&String::from_utf8_lossy(answer), &self.0.rules.id_prefixes) {
                self.admit(id);
            }
        }
        Ok(())
    }
}

/// The bodies of the Query protocol.
const FORM: &str = "application/x-www-form-urlencoded";

/// Returns whether a text names one of the stack's own things; numbers, as ports are, name nothing.
fn is_named(text: &str, own: &str) -> bool {
    if own.len() >= TELLING {
        return text.contains(own);
    }
    own.bytes().any(|byte| byte.is_ascii_alphabetic()) && words(text).any(|word| word == own)
}

/// The request as text: where it goes, and its body if that is in memory. Only a form is percent-encoded: in CBOR a length
/// stands before each text, and 37 is a percent sign.
fn text(request: &HttpRequest) -> String {
    let body = request.body().bytes().unwrap_or_default();
    let is_form = request.headers().get("content-type").is_some_and(|kind| kind.starts_with(FORM));
    let body = if is_form { decode(body) } else { String::from_utf8_lossy(body).into_owned() };
    format!("{} {body}", decode(request.uri().as_bytes()))
}
