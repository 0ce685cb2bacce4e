use std::collections::BTreeSet;
use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::actions::action_of;
use super::operation::Operation;
use crate::resource::{Class, Failure};

/// Operations by their IAM-like names, `ec2:DescribeVpcs`.
pub(super) type Names = Arc<BTreeSet<&'static str>>;

/// Lets only listed operations through: the gate of readers and of the object store. It goes by list and not by
/// prefix, since `GetSecretValue` reads, too.
#[derive(Debug)]
pub(super) struct Allowlist {
    who: &'static str,
    allowed: Names,
    /// What every request's address must contain: the store's bucket.
    target: Option<String>,
}

impl Allowlist {
    /// `who` is named in the message of a refusal, `a reader`.
    pub(super) fn new(who: &'static str, allowed: Names, target: Option<String>) -> Self {
        Self { who, allowed, target }
    }

    /// Whether an operation is listed, by its own name or by the action that permits it.
    fn allows(&self, operation: &str) -> bool {
        self.allowed.contains(operation) || self.allowed.contains(action_of(operation))
    }

    fn refusal(&self, operation: Option<Operation>, why: &str) -> BoxError {
        let operation = operation.map_or_else(|| "an unknown operation".to_owned(), |known| known.to_string());
        let message = format!("{operation} was stopped: {why} {}", self.who);
        Failure { operation, ..Failure::new(Class::Refused, message) }.hint(super::BUG).into()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Allowlist {
    fn name(&self) -> &'static str {
        "Allowlist"
    }

    // Not before_execution: the SDK knows the operation's name only from here on.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match Operation::of(cfg) {
            Some(known) if self.allows(&known.to_string()) => Ok(()),
            operation => Err(self.refusal(operation, "it is not on the list of")),
        }
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match &self.target {
            Some(target) if !context.request().uri().contains(target.as_str()) => {
                Err(self.refusal(Operation::of(cfg), "it is not about the bucket of"))
            }
            _ => Ok(()),
        }
    }
}
