//! Who we are: where credentials come from, and until when they last.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

/// Returns the provider to use instead of the SDK's standard chain; none means the standard chain.
///
/// A profile that is asked for wins over keys in the environment, as it does for the AWS CLI; the SDK's own chain would
/// take the keys. An endpoint on this machine gets the keys in the environment or made-up ones: real credentials are not
/// looked for, and nobody waits for an instance metadata service that is not there.
pub(super) fn provider(
    profile: Option<&str>,
    loopback: bool,
    config: &ProviderConfig,
) -> Option<SharedCredentialsProvider> {
    if let Some(name) = profile {
        let provider = ProfileFileCredentialsProvider::builder().configure(config).profile_name(name).build();
        return Some(SharedCredentialsProvider::new(provider));
    }
    if !loopback {
        return None;
    }
    Some(if has_keys() {
        SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
    } else {
        SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "made up for a local endpoint"))
    })
}

/// Returns when the keys in the environment end, if they are in use and say so: `aws configure export-credentials` and
/// similar tools set `AWS_CREDENTIAL_EXPIRATION`. Whatever else has an end is refreshed by its provider.
#[expect(clippy::disallowed_methods, reason = "the SDK's own credential chain reads the same variables by itself")]
pub(super) fn expiration(profile: Option<&str>) -> Option<SystemTime> {
    if profile.is_some() || !has_keys() {
        return None;
    }
    let text = std::env::var("AWS_CREDENTIAL_EXPIRATION").ok()?;
    let end: jiff::Timestamp = text.parse().ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(end.as_second()).ok()?))
}

#[expect(clippy::disallowed_methods, reason = "the SDK's own credential chain reads the same variables by itself")]
fn has_keys() -> bool {
    std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty())
}
