mod access;
mod cors;
mod empty;
mod encryption;
mod example;
mod lifecycle;
mod logging;
mod name;
mod notification;
mod policy;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod versions;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::lifecycle::LifecycleConfiguration;
use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::shared::named;
use crate::kinds::shared::retry::retry_while;
use crate::resource::cloudformation::{CloudFormation, NameSuffix, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Result, Scope, Tags, Turn,
    partition,
};

/// A bucket of objects.
pub struct Bucket;

/// The return values of `AWS::S3::Bucket`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub bucket_name: String,
    pub domain_name: String,
    pub dual_stack_domain_name: String,
    pub regional_domain_name: String,
}

/// Somebody has just given the name up: S3 may take an hour until others can have it, and a moment for the same account.
const TRANSIENT: &[Class] = &[Class::Busy];

impl Kind for Bucket {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/BucketNamespace"],
        keyed: &[("/LifecycleConfiguration/Rules", "Id")],
        switches: spec::SWITCHES,
        grants: &["/Policy"],
        deferrable: &["/NotificationConfiguration", "/Policy"],
        stateful: true,
        several_calls: true,
        // Emptying takes a turn for each 20,000 versions.
        timeout: Some(6 * 3600),
        cloudformation: CloudFormation {
            parts: &[Part::of("AWS::S3::BucketPolicy", "Policy", Source::Property("Policy"), "Bucket")
                .with_value("PolicyDocument")],
            left_out: &[("ObjectLockEnabled", "false"), ("BucketNamespace", "\"global\"")],
            nothing_without: &[
                ("CorsConfiguration", "CorsRules"),
                ("Filter", "S3Key"),
                ("LifecycleConfiguration", "Rules"),
                ("S3Key", "Rules"),
            ],
            name_suffix: Some(NameSuffix {
                property: "BucketNamespace",
                value: "account-regional",
                suffix: "-${AWS::AccountId}-${AWS::Region}-an",
            }),
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("s3", "L-DC2B2D3D", "General purpose buckets").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::S3::Bucket",
            is_global: false,
            indexed_as: Some("s3"),
            reference: "BucketName",
            name: NameRule::Unique { max: name::MOST },
            identity: Identity::Tags,
            name_property: Some("BucketName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::S3::BucketPolicy", Detection::Compared("/Policy")),
                Attachable::new(
                    "AWS::S3::Bucket ReplicationConfiguration",
                    Detection::Noted("/ReplicationConfiguration"),
                ),
                Attachable::new("AWS::S3::Bucket WebsiteConfiguration", Detection::Noted("/WebsiteConfiguration")),
                Attachable::new(
                    "AWS::S3::AccessPoint",
                    Detection::Left("it lets nobody do what the bucket does not let the same one do"),
                ),
                Attachable::new(
                    "AWS::CloudFront::Distribution",
                    Detection::Left("it reads what the policy lets it read, which is compared"),
                ),
                Attachable::new(
                    "AWS::S3::Bucket Configurations",
                    Detection::Left(
                        "analytics, inventories, metrics and tiers count and sort objects, and let nobody in",
                    ),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: PERMISSIONS,
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        read::of_account(reader).await.map(InUse::count).map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let bucket = name::with_ending(name.as_str(), &spec.bucket_namespace, writer.account(), writer.region());
        writer.admit(&bucket);
        let call = write::create(writer, &bucket, spec, tags);
        named::look_and_create(writer, &bucket, spec, tags, async {
            retry_while(4 * MINUTE, TRANSIENT, || call.clone().send())
                .await
                .map_err(|failure| told(failure, &bucket))?;
            // What came with the create is there.
            let there = Spec {
                object_lock_enabled: spec.object_lock_enabled,
                ownership_controls: spec.ownership_controls.clone(),
                ..Spec::default()
            };
            write::configure(writer, &bucket, &there, spec).await?;
            Ok(Made::ready(bucket.clone(), outputs(&bucket, writer.region())))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::put(writer, &live.id, spec, |property| changes.touches(&format!("/{property}"))).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        write::retag(writer, bearer.id, set, unset).await
    }

    /// S3 deletes none that is not empty. It is emptied if its name was said.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.s3().delete_bucket().bucket(&live.id).expected_bucket_owner(writer.account());
        match call.send().await.map_err(Failure::from) {
            Ok(_) => Ok(Turn::Done(Vec::new())),
            Err(failure) if failure.is(Class::NotFound) => Ok(Turn::Done(Vec::new())),
            Err(failure) if failure.code != "BucketNotEmpty" => match failure.class {
                Class::Busy => Ok(Turn::Busy(failure)),
                _ => Err(failure),
            },
            Err(_) if writer.is_named() => {
                empty::empty(writer, &live.id).await?;
                Ok(Turn::More("what is in it goes".to_owned()))
            }
            Err(failure) => Err(failure.hint("what is in it goes only if you name it: see --allow-destroy")),
        }
    }

    async fn contents(reader: &Reader, id: &str) -> Result<Option<String>> {
        empty::contents(reader, id).await
    }

    /// What is older than a rule says goes.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        if fields.iter().any(expires_more) { Disruption::DestroysData } else { Disruption::None }
    }

    fn refuses(live: &Value, desired: &Value, _: &[FieldDiff]) -> Option<String> {
        let is_locked = |spec: &Value| spec["ObjectLockEnabled"] == true;
        (is_locked(live) && !is_locked(desired)).then(|| {
            "S3 never turns object lock off again: leave it on, or declare a bucket of another name and move the objects"
                .to_owned()
        })
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is_suspended = |field: &FieldDiff| {
            field.path.starts_with("/VersioningConfiguration") && field.after == Some(Value::from("Suspended"))
        };
        let lost = "what is overwritten from then on is lost; older versions stay";
        fields.iter().any(is_suspended).then(|| lost.to_owned()).into_iter().collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

const PERMISSIONS: Permissions = Permissions {
    read: &[
        "s3:ListAllMyBuckets",
        "s3:GetBucketTagging",
        "s3:GetBucketAcl",
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketCORS",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetBucketLogging",
        "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetReplicationConfiguration",
        "s3:ListBucketVersions",
    ],
    create: &["s3:CreateBucket", "s3:TagResource", "s3:ListBucket"],
    update: &[
        "s3:PutBucketCORS",
        "s3:PutBucketLogging",
        "s3:PutBucketNotification",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ],
    retag: &["s3:PutBucketTagging"],
    delete: &[
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:AbortMultipartUpload",
        "s3:ListBucketMultipartUploads",
    ],
    // S3 sees the tags of a bucket only once a switch of it says so (ABAC), so its name has to tell whose it is.
    on: &[
        ("s3:CreateBucket", NAMED),
        ("s3:TagResource", NAMED),
        ("s3:PutBucketCORS", NAMED),
        ("s3:PutBucketLogging", NAMED),
        ("s3:PutBucketNotification", NAMED),
        ("s3:PutBucketObjectLockConfiguration", NAMED),
        ("s3:PutBucketOwnershipControls", NAMED),
        ("s3:PutBucketPolicy", NAMED),
        ("s3:DeleteBucketPolicy", NAMED),
        ("s3:PutBucketPublicAccessBlock", NAMED),
        ("s3:PutBucketVersioning", NAMED),
        ("s3:PutEncryptionConfiguration", NAMED),
        ("s3:PutLifecycleConfiguration", NAMED),
        ("s3:PutBucketTagging", NAMED),
        ("s3:DeleteBucket", NAMED),
        ("s3:DeleteObject", &[On::InNamed("/*")]),
        ("s3:DeleteObjectVersion", &[On::InNamed("/*")]),
        ("s3:AbortMultipartUpload", &[On::InNamed("/*")]),
    ],
};

const NAMED: &[On] = &[On::Named("")];

/// Whether a change of the lifecycle makes something go that would have stayed, or sooner.
fn expires_more(field: &FieldDiff) -> bool {
    // A rule, or a part of one, stands below the list.
    let Some(below) = field.path.strip_prefix("/LifecycleConfiguration/Rules/") else { return false };
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    let sooner =
        |before: Option<i64>, after: Option<i64>| after.is_some_and(|after| before.is_none_or(|days| after < days));
    match below.split_once('/').map(|(_, part)| part) {
        Some("ExpirationInDays" | "NoncurrentVersionExpiration/NoncurrentDays") => {
            sooner(number(&field.before), number(&field.after))
        }
        Some("NoncurrentVersionExpiration/NewerNoncurrentVersions") => number(&field.after) < number(&field.before),
        Some("NoncurrentVersionExpiration" | "ExpirationDate") => !matches!(&field.after, None | Some(Value::Null)),
        Some("Status") => field.after == Some(Value::from("Enabled")),
        Some("Prefix" | "TagFilters") => true,
        Some(_) => false,
        None => field.after.clone().is_some_and(|rule| {
            let alone = serde_json::json!({ "Rules": [rule] });
            serde_json::from_value::<LifecycleConfiguration>(alone).is_ok_and(|alone| !alone.least_days().is_empty())
        }),
    }
}

/// A bucket's return values, by its name.
fn outputs(bucket: &str, region: &str) -> Outputs {
    let partition = partition(region);
    let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Outputs {
        arn: format!("arn:{partition}:s3:::{bucket}"),
        bucket_name: bucket.to_owned(),
        domain_name: format!("{bucket}.s3.{domain}"),
        dual_stack_domain_name: format!("{bucket}.s3.dualstack.{region}.{domain}"),
        regional_domain_name: format!("{bucket}.s3.{region}.{domain}"),
    }
}

/// A refusal of the create, with what to do.
fn told(failure: Failure, bucket: &str) -> Failure {
    match failure.code.as_str() {
        "BucketAlreadyExists" => read::of_another(bucket),
        "OperationAborted" => {
            failure.hint("the name was given up a while ago: S3 may take an hour until it can be had again")
        }
        _ => failure,
    }
}
