//! Credentials: where they come from, and until when they last.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::Setup;
use super::endpoint::is_loopback;

/// Where credentials come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given<'a> {
    /// The SDK's standard chain.
    Chain,
    /// A profile that is asked for wins over keys in the environment, as it does for the AWS CLI; the SDK's own chain
    /// would take the keys.
    Profile(&'a str),
    /// Keys in the environment, and nothing else.
    Keys,
    /// Nobody's: what answers on this machine wants none.
    MadeUp,
}

impl<'a> Given<'a> {
    /// The sandbox is no business of whoever one is in AWS. Any other endpoint on this machine gets the keys that are
    /// given: real credentials are not looked for, and nobody waits for an instance metadata service that is not there.
    pub(super) fn of(setup: &'a Setup) -> Self {
        match &setup.profile {
            _ if setup.is_sandbox => Self::MadeUp,
            Some(name) => Self::Profile(name),
            None if !setup.endpoint_url.as_deref().is_some_and(is_loopback) => Self::Chain,
            None if has_keys() => Self::Keys,
            None => Self::MadeUp,
        }
    }

    /// Returns the provider that takes the place of the standard chain, if one does whatever the account.
    pub(super) fn provider(self, lookup: &ProviderConfig) -> Option<SharedCredentialsProvider> {
        match self {
            Self::Chain | Self::MadeUp => None,
            Self::Profile(name) => {
                let file = ProfileFileCredentialsProvider::builder().configure(lookup).profile_name(name);
                Some(SharedCredentialsProvider::new(file.build()))
            }
            Self::Keys => Some(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())),
        }
    }

    /// Returns made-up keys for an account: a local AWS takes an access key id of twelve digits for the account that it
    /// speaks for.
    pub(super) fn made_up(self, account: &str) -> Option<SharedCredentialsProvider> {
        let keys = || Credentials::new(account, "test", None, None, "made up for a local endpoint");
        (self == Self::MadeUp).then(|| SharedCredentialsProvider::new(keys()))
    }

    /// Returns when what is used of the environment ends, if it says so: `aws configure export-credentials` and similar
    /// tools set `AWS_CREDENTIAL_EXPIRATION`. Whatever else has an end is refreshed by its provider.
    #[expect(clippy::disallowed_methods, reason = "the SDK's own credential chain reads the same variables by itself")]
    pub(super) fn expiration(self) -> Option<SystemTime> {
        let uses_keys = matches!(self, Self::Chain | Self::Keys) && has_keys();
        let text = std::env::var("AWS_CREDENTIAL_EXPIRATION").ok().filter(|_| uses_keys)?;
        let end: jiff::Timestamp = text.parse().ok()?;
        Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(end.as_second()).ok()?))
    }
}

#[expect(clippy::disallowed_methods, reason = "the SDK's own credential chain reads the same variables by itself")]
fn has_keys() -> bool {
    std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty())
}
