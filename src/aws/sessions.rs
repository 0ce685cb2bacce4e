use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use tokio::sync::{Mutex, OnceCell};

use super::allowlist::Names;
use super::credentials::Given;
use super::endpoint::is_loopback;
use super::limiter::{LimitedIdentity, Limiter};
use super::meter::Meter;
use super::quotas::QUOTA_READS;
use super::survey::SURVEY_READS;
use super::timings::Timer;
use super::{Session, Setup, Timings};
use crate::resource::{Result, Role};

/// A regional endpoint that does not accept a connection in five seconds is not reachable.
const CONNECT: Duration = Duration::from_secs(5);
/// The slowest answers seen are creations of load balancers and databases, below ten seconds.
const ANSWER: Duration = Duration::from_secs(30);
/// The longest that one attempt can take to have its effect. A lease may be taken over only so long after its end.
///
/// There is no time-out around whole attempts: it would run while an attempt waits for the rate limit.
pub const ATTEMPT: Duration = Duration::from_secs(CONNECT.as_secs() + ANSWER.as_secs());
/// The SDK's standard is three; describing calls of a big fleet are throttled more often than twice in a row.
const ATTEMPTS: u32 = 5;
/// What this room itself reads, beside the kinds.
pub const OWN_READS: &[&str] = &["sts:GetCallerIdentity", "tag:GetResources"];

/// An account and a region.
type AccountRegion = (String, String);
/// Every session, by where it is and as whom.
type Open = HashMap<(AccountRegion, Option<Role>), Arc<Session>>;

/// All sessions of a run: made once, in `main`.
pub struct Sessions {
    setup: Setup,
    reads: Names,
    http_client: SharedHttpClient,
    base: OnceCell<SdkConfig>,
    open: Mutex<Open>,
    limiters: std::sync::Mutex<HashMap<AccountRegion, Arc<Limiter>>>,
    /// By account and role: see [`Session::verify`].
    verified: std::sync::Mutex<HashMap<(String, Option<Role>), Arc<OnceCell<String>>>>,
    timer: Arc<Timer>,
}

impl Sessions {
    /// Contacts nobody.
    pub fn new(setup: Setup) -> Self {
        let http_client = setup.http_client.clone().unwrap_or_else(|| http_client(setup.endpoint_url.as_deref()));
        let reads: BTreeSet<_> =
            [OWN_READS, SURVEY_READS, QUOTA_READS, &setup.rules.reads].concat().into_iter().collect();
        Self {
            setup,
            reads: Arc::new(reads),
            http_client,
            base: OnceCell::new(),
            open: Mutex::default(),
            limiters: std::sync::Mutex::default(),
            verified: std::sync::Mutex::default(),
            timer: Arc::default(),
        }
    }

    /// Returns the session of an account and region, by a role if one is given; contacts nobody but, on the first
    /// session, the providers of credentials. `account` is what the tenant's file says: see [`Session::verify`].
    pub async fn open(&self, account: &str, region: &str, role: Option<Role>) -> Result<Arc<Session>> {
        let mut open = self.open.lock().await;
        let key = ((account.to_owned(), region.to_owned()), role);
        if let Some(session) = open.get(&key) {
            return Ok(session.clone());
        }
        let session = Arc::new(self.make(account, region, key.1.clone()).await);
        open.insert(key, session.clone());
        Ok(session)
    }

    /// What all calls cost so far.
    pub fn timings(&self) -> Timings {
        self.timer.snapshot()
    }

    async fn make(&self, account: &str, region: &str, role: Option<Role>) -> Session {
        let base = self.base.get_or_init(|| self.load()).await;
        let given = Given::of(&self.setup);
        let mut base = base.to_builder().region(Region::new(region.to_owned()));
        if let Some(keys) = given.made_up(account) {
            base = base.credentials_provider(keys);
        }
        let base = base.build();
        let limiter = self.limiter(account, region);
        let mut config = base.to_builder();
        if let Some(role) = &role {
            let name = format!("provision-{}", self.setup.run);
            let mut assumed = AssumeRoleProvider::builder(&role.arn).configure(&base).session_name(name);
            if let Some(id) = &role.external_id {
                assumed = assumed.external_id(id);
            }
            config = config.credentials_provider(SharedCredentialsProvider::new(assumed.build().await));
        }
        let identity = LimitedIdentity::new(limiter.clone(), self.timer.clone());
        Session {
            account: account.to_owned(),
            region: region.to_owned(),
            verified: self.verified(account, role.clone()),
            role,
            profile: self.setup.profile.clone(),
            expires: given.expiration(),
            config: config.identity_cache(SharedIdentityCache::new(identity)).build(),
            meter: SharedInterceptor::new(Meter::new(limiter, self.timer.clone())),
            reads: self.reads.clone(),
            rules: self.setup.rules.clone(),
            recent: Arc::default(),
            clock: self.setup.clock,
        }
    }

    /// AWS counts requests per account and region, whichever role sends them.
    fn limiter(&self, account: &str, region: &str) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        limiters.entry((account.to_owned(), region.to_owned())).or_default().clone()
    }

    fn verified(&self, account: &str, role: Option<Role>) -> Arc<OnceCell<String>> {
        let mut verified = self.verified.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        verified.entry((account.to_owned(), role)).or_default().clone()
    }

    async fn load(&self) -> SdkConfig {
        let region = Region::new(self.setup.region.clone());
        let is_loopback = self.setup.endpoint_url.as_deref().is_some_and(is_loopback);
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build();
        // A server on this machine that does not answer is dead, not overloaded: say so at once.
        let first_pause = Duration::from_millis(if is_loopback { 50 } else { 1000 });
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(first_pause);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(region.clone())
            .http_client(self.http_client.clone())
            .timeout_config(timeouts)
            .retry_config(retries);
        if let Some(url) = &self.setup.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let lookup =
            ProviderConfig::without_region().with_region(Some(region)).with_http_client(self.http_client.clone());
        if let Some(provider) = Given::of(&self.setup).provider(&lookup) {
            loader = loader.credentials_provider(provider);
        }
        loader.load().await
    }
}

/// Plain HTTP needs no certificates, and reading the system's costs a tenth of a second.
fn http_client(endpoint_url: Option<&str>) -> SharedHttpClient {
    let https = endpoint_url.is_none_or(|url| !url.starts_with("http://"));
    let trust = if https { TrustStore::default() } else { TrustStore::empty() };
    let tls =
        TlsContext::builder().with_trust_store(trust).build().expect("no certificate of our own that could be bad");
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https()
}
