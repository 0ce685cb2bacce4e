use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::located;

/// The result of anything that talks to the cloud.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// The class of a failure; the only thing that code may decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The thing is not there.
    NotFound,
    /// The name or the thing is there already.
    AlreadyExists,
    /// Something else still uses it, or it is in a state that refuses this call for now.
    Busy,
    /// Something it needs was made moments ago and is not visible everywhere yet (an IAM role, a fresh id).
    Propagating,
    /// Asked too often.
    Throttled,
    /// A quota is exhausted.
    Quota,
    /// We may not do this.
    Denied,
    /// No credentials, expired ones, or ones for another account.
    Credentials,
    /// The request is wrong; sending it again is useless.
    Invalid,
    /// It changed between our read and our write (lock tokens, conditional writes).
    Conflict,
    /// No answer: it may or may not have happened.
    Ambiguous,
    /// Never reached the service; nothing happened.
    Unreachable,
    /// Our own check stopped the call: a lost lease, a foreign resource, a change through a reader.
    Refused,
    /// The service is ill (5xx) or said something we do not know.
    Other,
}

/// A failed call, in words for a person and a [`Class`] for the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub class: Class,
    /// The service's own code, `DependencyViolation`; empty when it is ours.
    pub code: String,
    pub message: String,
    /// `ec2:DeleteVpc`; empty when no call was made.
    pub operation: String,
    pub request_id: Option<String>,
    /// What to do next, if more is known than the class tells.
    pub hint: Option<String>,
    /// How long the service asked us to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure of our own making.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            code: String::new(),
            message: message.into(),
            operation: String::new(),
            request_id: None,
            hint: None,
            retry_after: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the region in the AWS commands that it names.
    #[must_use]
    pub fn located(mut self, region: &str) -> Self {
        self.message = located(&self.message, region);
        self.hint = self.hint.map(|hint| located(&hint, region));
        self
    }

    pub fn is(&self, class: Class) -> bool {
        self.class == class
    }

    /// Returns the hint, or what the class alone suggests.
    pub fn advice(&self) -> &str {
        if let Some(hint) = &self.hint {
            return hint;
        }
        match self.class {
            Class::NotFound => "it is gone: run the command again to plan from what is there now",
            Class::AlreadyExists => {
                "somebody else's resource has this name: rename one of them, or remove it if it is a leftover"
            }
            Class::Busy => {
                "something still uses it: run the command again in a few minutes, and look for foreign resources with `⟪diff⟫`"
            }
            Class::Propagating => "AWS has not spread a new resource yet: run the command again in a minute",
            Class::Throttled => "AWS throttles this account: run the command again, or ask for a higher rate",
            Class::Quota => "raise the quota (in Service Quotas), then run the command again",
            Class::Denied if self.message.contains("service control policy") => {
                "an organisation forbids it to this account, whatever the role may do: ask whoever manages that, or take it out of \
                 the YAML"
            }
            Class::Denied => {
                "give the role this action (`⟪permissions⟫` prints the policy), then run the command again"
            }
            Class::Credentials => {
                "renew the credentials (for example `aws sso login`), check --profile, then run the command again"
            }
            Class::Invalid => "correct the YAML or the template, then run the command again",
            Class::Conflict => "it changed in the meantime: run the command again to plan from what is there now",
            Class::Ambiguous => "no answer came: run the command again, it goes on from what is there",
            Class::Unreachable => "check the network, the region and --endpoint-url, then run the command again",
            Class::Refused => "nothing was sent",
            Class::Other => "run the command again; if it stays, ask AWS support with the request id",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.operation.is_empty() {
            write!(f, "{}: ", self.operation)?;
        }
        if !self.code.is_empty() {
            write!(f, "{}: ", self.code)?;
        }
        f.write_str(&self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
