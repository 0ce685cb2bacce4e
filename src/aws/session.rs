use std::time::SystemTime;

use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_types::SdkConfig;

use super::allowlist::{Allowlist, Names};
use super::writer_gate::WriterGate;
use super::{Clients, ObjectStore, Reader, Writer, WriterScope};
use crate::resource::{Class, Failure, Result};

<<<<<<< HEAD
=======
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

/// How to reach AWS, as the command line says.
#[derive(Debug, Default)]
pub struct Setup {
    /// A profile that was asked for on the command line; `AWS_PROFILE` is the SDK's business.
    pub profile: Option<String>,
    /// An AWS-compatible endpoint for all services.
    pub endpoint_url: Option<String>,
    /// Where credentials are looked up (SSO, STS) before a region is known.
    pub region: String,
    /// The run's id, part of the name of assumed sessions: it appears in CloudTrail.
    pub run: String,
    /// The union of the kinds' read permissions: what readers may call.
    pub reads: Vec<&'static str>,
    /// Takes the place of the network in tests.
    pub http_client: Option<SharedHttpClient>,
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    pub arn: String,
    pub external_id: Option<String>,
}

/// All sessions of a run: made once, in `main`.
pub struct Sessions {
    setup: Setup,
    reads: Names,
    http_client: SharedHttpClient,
    base: OnceCell<SdkConfig>,
    open: Mutex<HashMap<(String, String, Option<Role>), Arc<Session>>>,
    limiters: std::sync::Mutex<HashMap<(String, String), Arc<Limiter>>>,
    timer: Arc<Timer>,
}

impl Sessions {
    /// Contacts nobody.
    pub fn new(setup: Setup) -> Self {
        let http_client = setup.http_client.clone().unwrap_or_else(|| http_client(setup.endpoint_url.as_deref()));
        let reads: BTreeSet<_> = [OWN_READS, SURVEY_READS, &setup.reads].concat().into_iter().collect();
        Self {
            setup,
            reads: Arc::new(reads),
            http_client,
            base: OnceCell::new(),
            open: Mutex::default(),
            limiters: std::sync::Mutex::default(),
            timer: Arc::default(),
        }
    }

    /// Returns the session of an account and region, by a role if one is given; contacts nobody but, on the first
    /// session, the providers of credentials. `account` is what the tenant's file says: see [`Session::verify`].
    pub async fn open(&self, account: &str, region: &str, role: Option<Role>) -> Result<Arc<Session>> {
        let mut open = self.open.lock().await;
        let key = (account.to_owned(), region.to_owned(), role);
        if let Some(session) = open.get(&key) {
            return Ok(session.clone());
        }
        let session = Arc::new(self.make(account, region, key.2.clone()).await);
        open.insert(key, session.clone());
        Ok(session)
    }

    /// What all calls cost so far.
    pub fn timings(&self) -> Timings {
        self.timer.snapshot()
    }

    async fn make(&self, account: &str, region: &str, role: Option<Role>) -> Session {
        let base = self.base.get_or_init(|| self.load()).await;
        let base = base.to_builder().region(Region::new(region.to_owned())).build();
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
            role,
            expires: credentials::expiration(self.setup.profile.as_deref()),
            config: config.identity_cache(SharedIdentityCache::new(identity)).build(),
            meter: SharedInterceptor::new(Meter::new(limiter, self.timer.clone())),
            reads: self.reads.clone(),
        }
    }

    /// AWS counts requests per account and region, whichever role sends them.
    fn limiter(&self, account: &str, region: &str) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        limiters.entry((account.to_owned(), region.to_owned())).or_default().clone()
    }

    async fn load(&self) -> SdkConfig {
        let region = Region::new(self.setup.region.clone());
        let loopback = self.setup.endpoint_url.as_deref().is_some_and(is_loopback);
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build();
        // A server on this machine that does not answer is dead, not overloaded: say so at once.
        let first_pause = Duration::from_millis(if loopback { 50 } else { 1000 });
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
        if let Some(provider) = credentials::provider(self.setup.profile.as_deref(), loopback, &lookup) {
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

>>>>>>> w-face
/// One account and region, under one role.
pub struct Session {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) role: Option<Role>,
    pub(super) expires: Option<SystemTime>,
    pub(super) config: SdkConfig,
    pub(super) meter: SharedInterceptor,
    pub(super) reads: Names,
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

    /// Asks STS who we are: fails as [`Class::Credentials`] if that is not the account expected, if there are no
    /// credentials, or if the role cannot be assumed.
    pub async fn verify(&self) -> Result<()> {
        let asked = self.reader().sts().get_caller_identity().send().await;
        let identity = asked.map_err(|error| self.explain(error.into()))?;
        let (Some(account), arn) = (identity.account(), identity.arn().unwrap_or("somebody unnamed")) else {
            return Err(Failure::new(Class::Other, "sts:GetCallerIdentity returned no account"));
        };
        if account == self.account {
            return Ok(());
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
        let gate = Allowlist::new("reads that the kinds declare", self.reads.clone(), None);
        let clients = self.clients(SharedInterceptor::new(gate));
        Reader::new(clients, self.account.clone(), self.region.clone())
    }

    /// A writer for one step.
    pub fn writer(&self, scope: WriterScope) -> Writer {
        let (address, token) = (scope.address.clone(), scope.token.clone());
        let gate = WriterGate::new(scope);
        let clients = self.clients(SharedInterceptor::new(gate.clone()));
        Writer::new(clients, gate, self.account.clone(), self.region.clone(), address, token)
    }

    /// A bucket of this account and region, for leases and journals.
    pub fn store(&self, bucket: &str) -> ObjectStore {
        let gate = ObjectStore::gate(bucket);
        ObjectStore::new(self.clients(gate), bucket.to_owned(), self.account.clone(), self.region.clone())
    }

    fn clients(&self, gate: SharedInterceptor) -> Clients {
        Clients::new(self.config.clone(), vec![gate, self.meter.clone()])
    }

    /// Says which role it was that could not be assumed.
    fn explain(&self, failure: Failure) -> Failure {
        let Some(role) = self.role.as_ref().filter(|_| failure.hint.is_none() && failure.is(Class::Credentials)) else {
            return failure;
        };
        let message = format!("cannot assume {}: {}", role.arn, failure.message);
        Failure { message, ..failure }.hint(
            "check that the role exists, that its trust policy names who you are, that the external id is the same, \
             and that your own credentials are not expired",
        )
    }
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    pub arn: String,
    pub external_id: Option<String>,
}
