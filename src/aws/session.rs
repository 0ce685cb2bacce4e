use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_types::SdkConfig;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::allowlist::{Allowlist, Names};
use super::recent::Recent;
use super::writer_gate::WriterGate;
use super::{Clients, GateRules, ObjectStore, Reader, Writer, WriterScope};
use crate::resource::{Class, Failure, Result, Role};

/// One account and region, under one role.
pub struct Session {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) role: Option<Role>,
    /// The profile that the command line names.
    pub(super) profile: Option<String>,
    pub(super) expires: Option<SystemTime>,
    pub(super) config: SdkConfig,
    pub(super) meter: SharedInterceptor,
    pub(super) reads: Names,
    pub(super) rules: Arc<GateRules>,
    pub(super) recent: Arc<Recent>,
    pub(super) clock: Option<fn() -> Timestamp>,
    /// Set once the credentials were found to be for the account, in whichever region.
    pub(super) verified: Arc<OnceCell<String>>,
}

impl Session {
    /// Twelve digits; what the tenant's file says, and after [`verify`](Self::verify) the truth.
    pub fn account(&self) -> &str {
        &self.account
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// When the credentials end that nobody can refresh; none if that is not known or they are refreshed.
    pub fn credentials_expire_at(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Asks STS who we are, once for all regions, and returns the ARN: fails as [`Class::Credentials`] if that is not the account expected, if
    /// there are no credentials, or if the role cannot be assumed.
    pub async fn verify(&self) -> Result<String> {
        self.verified.get_or_try_init(|| self.ask_who_we_are()).await.cloned()
    }

    async fn ask_who_we_are(&self) -> Result<String> {
        let asked = self.reader().sts().get_caller_identity().send().await;
        let identity = asked.map_err(|error| self.explain(error.into()))?;
        let (Some(account), arn) = (identity.account(), identity.arn().unwrap_or("somebody unnamed")) else {
            return Err(Failure::new(Class::Other, "sts:GetCallerIdentity returned no account"));
        };
        if account == self.account {
            return Ok(arn.to_owned());
        }
        let message = format!("these credentials belong to account {account} ({arn}), the stack to {}", self.account);
        Err(Failure::new(Class::Credentials, message).hint(match &self.role {
            Some(role) => format!("correct `account` or the role {} in the tenant's file", role.arn),
            None => format!(
                "choose a profile of account {} with --profile, or give the tenant a role there (`roles:`)",
                self.account
            ),
        }))
    }

    /// A reader for one pass over the kinds.
    pub fn reader(&self) -> Reader {
        self.reader_with(false)
    }

    /// A reader for one look at what a run waits for. It shares the tag index, and the tags of what that does not know,
    /// with other looks, and with a plan, of the last half minute; all else that it reads is as fresh as by [`reader`](Self::reader).
    pub fn polling_reader(&self) -> Reader {
        self.reader_with(true)
    }

    fn reader_with(&self, is_poll: bool) -> Reader {
        let gate = Allowlist::new("reads that the kinds declare", self.reads.clone(), None);
        let clients = self.clients(SharedInterceptor::new(gate));
        let now = self.clock.map(|clock| clock());
        Reader::new(clients, self.account.clone(), self.region.clone(), self.recent.clone(), is_poll, now)
    }

    /// A writer for one step.
    pub fn writer(&self, scope: WriterScope) -> Writer {
        let (address, token, named) = (scope.address.clone(), scope.token.clone(), scope.named);
        let gate = WriterGate::new(scope, self.rules.clone());
        let clients = self.clients(SharedInterceptor::new(gate.clone()));
        Writer::new(clients, gate, self.account.clone(), self.region.clone(), address, token, named)
    }

    /// A bucket of this region for leases and journals, as this account reaches it; `owner` is the account whose it is.
    pub fn store(&self, bucket: &str, owner: &str) -> ObjectStore {
        let clients = self.clients(ObjectStore::gate(bucket));
        ObjectStore::new(clients, bucket, owner, &self.account, &self.region)
    }

    fn clients(&self, gate: SharedInterceptor) -> Clients {
        Clients::new(self.config.clone(), vec![gate, self.meter.clone()])
    }

    /// Says which role it was that could not be assumed, and where credentials come from if there are none.
    fn explain(&self, failure: Failure) -> Failure {
        if failure.hint.is_some() || !failure.is(Class::Credentials) {
            return failure;
        }
        let Some(role) = &self.role else {
            return match &self.profile {
                // AWS itself refused them.
                _ if !failure.code.is_empty() => failure,
                Some(profile) => failure.hint(format!(
                    "look whether there is a profile `{profile}` (`aws configure list-profiles`), and log in to it \
                     (`aws sso login --profile {profile}`)"
                )),
                None => failure.hint(
                    "log in (for example `aws sso login`) or name a profile with --profile; to work without an account, \
                     `--sandbox` starts a local AWS, and `plan --offline` asks nobody",
                ),
            };
        };
        let message = format!("cannot assume {}: {}", role.arn, failure.message);
        Failure { message, ..failure }.hint(
            "check that the role exists, that its trust policy names who you are, that the external id is the same, \
             and that your own credentials are not expired",
        )
    }
}
