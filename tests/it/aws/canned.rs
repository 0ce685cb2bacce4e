//! AWS with canned answers: HTTP answers in a row, and a record of what was asked.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use provision::aws::{Fence, GateRules, Session, Sessions, Setup};
use provision::kinds::KINDS;
use provision::resource::{Failure, Scope, StackId};

use crate::aws::cbor;

/// Gives each answer once, the first that fits the request, then fails as a network does.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    answers: Arc<Mutex<Vec<(String, u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
    owners: Arc<Mutex<Vec<Option<String>>>>,
    keys: Arc<Mutex<Vec<String>>>,
    regions: Arc<Mutex<Vec<String>>>,
    /// Answers every other request with nothing in it, instead of failing.
    is_empty_beyond: bool,
}

impl Canned {
    /// Status and body of every answer, whatever is asked.
    pub fn new(answers: &[(u16, &str)]) -> Self {
        Self::matching(&answers.iter().map(|(status, body)| ("", *status, *body)).collect::<Vec<_>>())
    }

    /// As `new`, with a part of the request that each answer is for.
    pub fn matching(answers: &[(impl AsRef<str>, u16, impl AsRef<str>)]) -> Self {
        let owned = answers.iter().map(|(part, status, body)| (part.as_ref().into(), *status, body.as_ref().into()));
        Self { answers: Arc::new(Mutex::new(owned.collect())), ..Self::default() }
    }

    /// As `matching`, by the operation; every other operation answers that there is nothing.
    pub fn by_operation(answers: &[(impl AsRef<str>, u16, impl AsRef<str>)]) -> Self {
        let part = |operation: &str| format!(" {operation} ");
        let all = answers.iter().map(|(operation, status, body)| (part(operation.as_ref()), *status, body));
        Self { is_empty_beyond: true, ..Self::matching(&all.collect::<Vec<_>>()) }
    }

    /// Answers everything that there is nothing.
    pub fn empty() -> Self {
        Self { is_empty_beyond: true, ..Self::default() }
    }

    /// The method, address, operation and body of every request so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The account that each request expects a bucket to be of.
    pub fn owners(&self) -> Vec<Option<String>> {
        self.owners.lock().unwrap().clone()
    }

    /// The access key id that each request was signed with.
    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    /// The region that each request of an operation was signed for.
    pub fn regions_of(&self, operation: &str) -> Vec<String> {
        let asked = self.asked();
        let signed = asked.iter().zip(self.regions.lock().unwrap().clone());
        signed.filter(|(asked, _)| asked.contains(&format!(" {operation} "))).map(|(_, region)| region).collect()
    }

    /// All sessions over this network; readers may call `reads`.
    pub fn sessions(&self, reads: &[&'static str]) -> Sessions {
        Sessions::new(self.setup(reads))
    }

    pub fn setup(&self, reads: &[&'static str]) -> Setup {
        Setup {
            endpoint_url: Some("http://127.0.0.1:1".into()),
            region: "us-east-1".into(),
            run: "test".into(),
            rules: Arc::new(GateRules {
                reads: reads.to_vec(),
                ..GateRules::of(KINDS.iter().map(|kind| kind.facts()))
            }),
            clock: Some(now),
            http_client: Some(SharedHttpClient::new(self.clone())),
            ..Setup::default()
        }
    }

    /// One session without a role.
    pub async fn session(&self, reads: &[&'static str]) -> Arc<Session> {
        self.sessions(reads).open("123456789012", "us-east-1", None).await.unwrap()
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let speaks_cbor = cbor::operation(&request).map(str::to_owned);
        let operation = speaks_cbor.clone().unwrap_or_else(|| operation(&request, &body));
        let asked = format!("{} {} {operation} {body}", request.method(), request.uri());
        let owner = request.headers().get("x-amz-expected-bucket-owner").map(str::to_owned);
        self.owners.lock().unwrap().push(owner);
        let signed = request.headers().get("authorization").unwrap_or_default();
        let key = signed.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
        self.keys.lock().unwrap().push(key.unwrap_or_default().to_owned());
        let region = signed.split_once("Credential=").and_then(|(_, rest)| rest.split('/').nth(2));
        self.regions.lock().unwrap().push(region.unwrap_or_default().to_owned());
        let mut answers = self.answers.lock().unwrap();
        let fits = answers.iter().position(|(part, ..)| asked.contains(part.as_str()));
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::ready(match fits.map(|at| answers.remove(at)) {
            Some((_, status, body)) if speaks_cbor.is_some() => Ok(cbor::answer(status, &body)),
            None if self.is_empty_beyond && speaks_cbor.is_some() => Ok(cbor::answer(200, "{}")),
            Some((_, status, body)) => Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))),
            None if self.is_empty_beyond => {
                let is_json = request.headers().get("x-amz-target").is_some()
                    || [of_efs, of_guardduty, of_opensearch, of_ses].iter().any(|of| of(&request).is_some());
                let body = if is_json {
                    "{}".to_owned()
                } else {
                    format!("<{operation}Response><{operation}Result/></{operation}Response>")
                };
                Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body)))
            }
            None => Err(ConnectorError::io("error trying to connect: tcp connect error: Connection refused".into())),
        })
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The wall clock of all sessions.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

/// A lease that holds.
#[derive(Debug)]
pub struct Held;

impl Fence for Held {
    fn check(&self, _: &str) -> Result<(), Failure> {
        Ok(())
    }
}

/// The stack that canned lists are of.
pub fn scope() -> Scope {
    Scope {
        project: "p".into(),
        account: "123456789012".into(),
        region: "us-east-1".into(),
        stacks: vec![StackId::new("acme", "production")],
        ..Scope::default()
    }
}

/// The operation as its protocol names it: in a header (JSON), a parameter (query), or by its path, of S3's buckets by the method
/// and the first word of the query; nothing in others.
fn operation(request: &HttpRequest, body: &str) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let action = body.split('&').find_map(|parameter| parameter.strip_prefix("Action="));
    let is_s3 = request.headers().get("authorization").is_some_and(|signed| signed.contains("/s3/aws4_request"));
    let of_bucket = || is_s3.then(|| of_bucket(request.method(), request.uri())).flatten();
    let named = target.or(action).or_else(of_bucket).map(str::to_owned);
    named
        .or_else(|| of_scheduler(request).map(str::to_owned))
        .or_else(|| of_route53(request).map(str::to_owned))
        .or_else(|| of_cloudfront(request))
        .or_else(|| of_efs(request).map(str::to_owned))
        .or_else(|| of_guardduty(request).map(str::to_owned))
        .or_else(|| of_opensearch(request).map(str::to_owned))
        .or_else(|| of_ses(request).map(str::to_owned))
        .unwrap_or_default()
}

/// Of Scheduler, by method and path.
fn of_scheduler(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("://")?.1.split_once('/')?;
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["schedules"]) => "ListSchedules",
        ("GET", ["schedules", _]) => "GetSchedule",
        ("GET", ["schedule-groups"]) => "ListScheduleGroups",
        ("GET", ["tags", ..]) => "ListTagsForResource",
        _ => return None,
    })
}

/// Of OpenSearch Service, by method and path.
fn of_opensearch(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("/2021-01-01/")?;
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().trim_end_matches('/').split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["domain"]) => "ListDomainNames",
        ("POST", ["opensearch", "domain"]) => "CreateDomain",
        ("POST", ["opensearch", "domain-info"]) => "DescribeDomains",
        ("GET", ["opensearch", "domain", _]) => "DescribeDomain",
        ("DELETE", ["opensearch", "domain", _]) => "DeleteDomain",
        ("POST", ["opensearch", "domain", _, "config"]) => "UpdateDomainConfig",
        ("GET", ["opensearch", "compatibleVersions"]) => "GetCompatibleVersions",
        ("POST", ["opensearch", "upgradeDomain"]) => "UpgradeDomain",
        ("GET", ["opensearch", "versions"]) => "ListVersions",
        ("GET", ["opensearch", "instanceTypeDetails", _]) => "ListInstanceTypeDetails",
        ("GET", ["tags"]) => "ListTags",
        ("POST", ["tags"]) => "AddTags",
        ("POST", ["tags-removal"]) => "RemoveTags",
        _ => return None,
    })
}

/// Of EFS, by method and path.
fn of_efs(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("/2015-02-01/")?;
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["file-systems", "replication-configurations"]) => "DescribeReplicationConfigurations",
        ("GET", ["file-systems"]) => "DescribeFileSystems",
        ("POST", ["file-systems"]) => "CreateFileSystem",
        ("PUT", ["file-systems", _]) => "UpdateFileSystem",
        ("DELETE", ["file-systems", _]) => "DeleteFileSystem",
        ("PUT", ["file-systems", _, "protection"]) => "UpdateFileSystemProtection",
        ("GET", ["file-systems", _, "lifecycle-configuration"]) => "DescribeLifecycleConfiguration",
        ("PUT", ["file-systems", _, "lifecycle-configuration"]) => "PutLifecycleConfiguration",
        ("GET", ["file-systems", _, "backup-policy"]) => "DescribeBackupPolicy",
        ("PUT", ["file-systems", _, "backup-policy"]) => "PutBackupPolicy",
        ("GET", ["file-systems", _, "policy"]) => "DescribeFileSystemPolicy",
        ("PUT", ["file-systems", _, "policy"]) => "PutFileSystemPolicy",
        ("DELETE", ["file-systems", _, "policy"]) => "DeleteFileSystemPolicy",
        ("GET", ["mount-targets"]) => "DescribeMountTargets",
        ("POST", ["mount-targets"]) => "CreateMountTarget",
        ("DELETE", ["mount-targets", _]) => "DeleteMountTarget",
        ("GET", ["mount-targets", _, "security-groups"]) => "DescribeMountTargetSecurityGroups",
        ("PUT", ["mount-targets", _, "security-groups"]) => "ModifyMountTargetSecurityGroups",
        ("GET", ["access-points"]) => "DescribeAccessPoints",
        ("POST", ["access-points"]) => "CreateAccessPoint",
        ("DELETE", ["access-points", _]) => "DeleteAccessPoint",
        _ => return None,
    })
}

/// Of GuardDuty, by method and path.
fn of_guardduty(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("://")?.1.split_once('/')?;
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["detector"]) => "ListDetectors",
        ("POST", ["detector"]) => "CreateDetector",
        ("GET", ["detector", _]) => "GetDetector",
        ("POST", ["detector", _]) => "UpdateDetector",
        ("DELETE", ["detector", _]) => "DeleteDetector",
        ("GET", ["detector", _, "administrator"]) => "GetAdministratorAccount",
        _ => return None,
    })
}

/// Of SES, by method and path.
fn of_ses(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("/v2/email/")?;
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["account"]) => "GetAccount",
        ("POST", ["list-identities"]) => "ListEmailIdentities",
        ("POST", ["identities"]) => "CreateEmailIdentity",
        ("GET", ["identities", _]) => "GetEmailIdentity",
        ("DELETE", ["identities", _]) => "DeleteEmailIdentity",
        ("PUT", ["identities", _, "configuration-set"]) => "PutEmailIdentityConfigurationSetAttributes",
        ("PUT", ["identities", _, "dkim"]) => "PutEmailIdentityDkimAttributes",
        ("PUT", ["identities", _, "dkim", "signing"]) => "PutEmailIdentityDkimSigningAttributes",
        ("PUT", ["identities", _, "feedback"]) => "PutEmailIdentityFeedbackAttributes",
        ("PUT", ["identities", _, "mail-from"]) => "PutEmailIdentityMailFromAttributes",
        ("POST", ["list-configuration-sets"]) => "ListConfigurationSets",
        ("POST", ["configuration-sets"]) => "CreateConfigurationSet",
        ("GET", ["configuration-sets", _]) => "GetConfigurationSet",
        ("DELETE", ["configuration-sets", _]) => "DeleteConfigurationSet",
        ("PUT", ["configuration-sets", _, "suppression-options"]) => "PutConfigurationSetSuppressionOptions",
        ("GET", ["configuration-sets", _, "event-destinations"]) => "GetConfigurationSetEventDestinations",
        ("POST", ["configuration-sets", _, "event-destinations"]) => "CreateConfigurationSetEventDestination",
        ("PUT", ["configuration-sets", _, "event-destinations", _]) => "UpdateConfigurationSetEventDestination",
        ("DELETE", ["configuration-sets", _, "event-destinations", _]) => "DeleteConfigurationSetEventDestination",
        _ => return None,
    })
}

/// Of Route 53, by method and path.
fn of_route53(request: &HttpRequest) -> Option<&'static str> {
    let (_, path) = request.uri().split_once("/2013-04-01/")?;
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
    Some(match (request.method(), &parts[..]) {
        ("GET", ["healthcheck"]) => "ListHealthChecks",
        ("POST", ["healthcheck"]) => "CreateHealthCheck",
        ("POST", ["healthcheck", _]) => "UpdateHealthCheck",
        ("DELETE", ["healthcheck", _]) => "DeleteHealthCheck",
        ("GET", ["hostedzone"]) => "ListHostedZones",
        ("POST", ["hostedzone"]) => "CreateHostedZone",
        ("GET", ["hostedzone", _]) => "GetHostedZone",
        ("POST", ["hostedzone", _]) => "UpdateHostedZoneComment",
        ("DELETE", ["hostedzone", _]) => "DeleteHostedZone",
        ("GET", ["hostedzone", _, "rrset"]) => "ListResourceRecordSets",
        ("POST", ["hostedzone", _, "rrset"]) => "ChangeResourceRecordSets",
        ("GET", ["hostedzone", _, "dnssec"]) => "GetDNSSEC",
        ("GET", ["hostedzonesbyname"]) => "ListHostedZonesByName",
        ("GET", ["change", _]) => "GetChange",
        ("GET", ["queryloggingconfig"]) => "ListQueryLoggingConfigs",
        ("POST", ["tags", "hostedzone" | "healthcheck"]) => "ListTagsForResources",
        ("POST", ["tags", "hostedzone" | "healthcheck", _]) => "ChangeTagsForResource",
        _ => return None,
    })
}

/// CloudFront's operations by method and path: `/2020-05-31/distribution/E1/config`.
fn of_cloudfront(request: &HttpRequest) -> Option<String> {
    let (_, path) = request.uri().split_once("/2020-05-31/")?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if path == "tagging" {
        let verb = if query.contains("Operation=Tag") { "TagResource" } else { "UntagResource" };
        return Some(if request.method() == "GET" { "ListTagsForResource" } else { verb }.to_owned());
    }
    let (noun, id) = path.split_once('/').unwrap_or((path, ""));
    let noun: String = noun.split('-').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect();
    let tags = if query.contains("WithTags") { "WithTags" } else { "" };
    let last = path.rsplit('/').next().unwrap_or_default();
    Some(match (request.method(), id) {
        ("GET", "") => format!("List{}", plural(&noun)),
        ("GET", _) if last == "describe" => format!("Describe{noun}"),
        ("POST", _) if last == "publish" => format!("Publish{noun}"),
        ("GET", _) => format!("Get{noun}"),
        ("POST", _) => format!("Create{noun}{tags}"),
        ("PUT", _) => format!("Update{noun}"),
        (_, _) => format!("Delete{noun}"),
    })
}

fn plural(noun: &str) -> String {
    noun.strip_suffix('y').map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ies"))
}

/// Operations on buckets that are not called as the word in the query is: `GetBucket` and `cors`.
const OF_BUCKETS: &[(&str, &str)] = &[
    ("GET lifecycle", "GetBucketLifecycleConfiguration"),
    ("PUT lifecycle", "PutBucketLifecycleConfiguration"),
    ("DELETE lifecycle", "DeleteBucketLifecycle"),
    ("GET notification", "GetBucketNotificationConfiguration"),
    ("PUT notification", "PutBucketNotificationConfiguration"),
    ("GET accelerate", "GetBucketAccelerateConfiguration"),
    ("GET object-lock", "GetObjectLockConfiguration"),
    ("PUT object-lock", "PutObjectLockConfiguration"),
    ("GET publicAccessBlock", "GetPublicAccessBlock"),
    ("PUT publicAccessBlock", "PutPublicAccessBlock"),
    ("GET versions", "ListObjectVersions"),
    ("GET uploads", "ListMultipartUploads"),
    ("POST delete", "DeleteObjects"),
    ("GET ownershipControls", "GetBucketOwnershipControls"),
    ("PUT ownershipControls", "PutBucketOwnershipControls"),
    ("GET requestPayment", "GetBucketRequestPayment"),
    ("GET acl", "GetBucketAcl"),
    ("GET cors", "GetBucketCors"),
    ("PUT cors", "PutBucketCors"),
    ("DELETE cors", "DeleteBucketCors"),
    ("GET encryption", "GetBucketEncryption"),
    ("PUT encryption", "PutBucketEncryption"),
    ("GET logging", "GetBucketLogging"),
    ("PUT logging", "PutBucketLogging"),
    ("GET policy", "GetBucketPolicy"),
    ("PUT policy", "PutBucketPolicy"),
    ("DELETE policy", "DeleteBucketPolicy"),
    ("GET replication", "GetBucketReplication"),
    ("GET tagging", "GetBucketTagging"),
    ("PUT tagging", "PutBucketTagging"),
    ("GET versioning", "GetBucketVersioning"),
    ("PUT versioning", "PutBucketVersioning"),
    ("GET website", "GetBucketWebsite"),
];

fn of_bucket(method: &str, uri: &str) -> Option<&'static str> {
    let rest = uri.split("//").nth(1)?.split_once('/')?.1;
    let (bucket, query) = rest.split_once('?').unwrap_or((rest, ""));
    let bucket = bucket.trim_end_matches('/');
    let word = query.split(['=', '&']).next().unwrap_or_default();
    let asked = format!("{method} {word}");
    let known = OF_BUCKETS.iter().find(|(part, _)| *part == asked).map(|(_, operation)| *operation);
    match (bucket.is_empty(), bucket.contains('/'), known) {
        (true, ..) => Some("ListBuckets"),
        (_, true, _) => None,
        (.., Some(operation)) => Some(operation),
        _ => match method {
            "HEAD" => Some("HeadBucket"),
            "PUT" => Some("CreateBucket"),
            "DELETE" => Some("DeleteBucket"),
            _ => None,
        },
    }
}
