mod read;

use aws_sdk_cloudwatchlogs::types::{LogGroup as Description, LogGroupClass};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::kms::key::Key;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{key_arn, named, ownership, tag};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Ref, Replacement, Result, Scope, State, Switch,
    Tags, Turn, partition,
};
use read::{candidates, found};

/// The days that CloudWatch Logs offers; 0 is for ever.
const RETENTIONS: &[i32] =
    &[0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/// The class whose retention is AWS's: what PutRetentionPolicy says is not taken, and DescribeLogGroups tells AWS's own.
const DELIVERY: &str = "DELIVERY";
/// Two changes of one log group meet, or the key that it shall use does not let the service in yet.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating, Class::Conflict];

/// A log group.
pub struct LogGroup;

/// The properties of `AWS::Logs::LogGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether AWS refuses to delete it.
    #[serde(default)]
    pub deletion_protection_enabled: bool,
    /// The ARN of the key that encrypts it; empty for the service's own.
    #[serde(default)]
    pub kms_key_id: Ref<Key>,
    /// `STANDARD`, `INFREQUENT_ACCESS`, `ESSENTIALS` or `DELIVERY`.
    #[serde(default = "default_class")]
    pub log_group_class: String,
    /// Days; 0, as CloudFormation's absence, is for ever. Of the class `DELIVERY` AWS decides, and keeps a day or two.
    #[serde(default)]
    pub retention_in_days: i32,
}

/// The return values of `AWS::Logs::LogGroup`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// Ends in `:*`, as policies want it.
    pub arn: String,
    pub log_group_name: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: web
    properties:
      RetentionInDays: 30
      DeletionProtectionEnabled: true
";

const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: logs
    properties:
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { AWS: \"arn:aws:iam::{{ account }}:root\" }
            Action: kms:*
            Resource: \"*\"
          - Effect: Allow
            Principal: { Service: \"logs.{{ region }}.amazonaws.com\" }
            Action: [kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:Describe*]
            Resource: \"*\"
  - type: AWS::Logs::LogGroup
    name: web
    properties:
      RetentionInDays: 90
      KmsKeyId: \"{{ ref('AWS::KMS::Key/logs', 'Arn') }}\"
";

impl Kind for LogGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        additive: &[read::METRICS, read::INHERITED],
        stateful: true,
        protection: &["/DeletionProtectionEnabled"],
        switches: &[Switch::unless("/RetentionInDays", "/LogGroupClass", &[DELIVERY])],
        several_calls: true,
        // Container Insights and RDS make a group anew, without key, retention and tags, as long as there is something to
        // log.
        deleted_last: true,
        cloudformation: CloudFormation { left_out: &[("RetentionInDays", "0")], ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::Logs::LogGroup",
            is_global: false,
            indexed_as: Some("logs"),
            reference: "LogGroupName",
            name: NameRule::Unique { max: 512 },
            identity: Identity::Tags,
            name_property: Some("LogGroupName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::Logs::MetricFilter", Detection::Additive(read::METRICS)),
                Attachable::new("AWS::Logs::AccountPolicy", Detection::Additive(read::INHERITED)),
                Attachable::new("AWS::Logs::SubscriptionFilter", Detection::Surveyed),
                Attachable::new("AWS::Logs::ResourcePolicy", Detection::Surveyed),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["logs:DescribeLogGroups", "logs:ListTagsForResource"],
                create: &[
                    "logs:CreateLogGroup",
                    "logs:TagResource",
                    "logs:ListTagsForResource",
                    "logs:PutRetentionPolicy",
                    "logs:AssociateKmsKey",
                ],
                update: &[
                    "logs:PutRetentionPolicy",
                    "logs:DeleteRetentionPolicy",
                    "logs:AssociateKmsKey",
                    "logs:DisassociateKmsKey",
                    "logs:PutLogGroupDeletionProtection",
                ],
                retag: &["logs:TagResource", "logs:UntagResource"],
                delete: &["logs:DeleteLogGroup", "logs:PutLogGroupDeletionProtection"],
                on: &[
                    ("logs:CreateLogGroup", &[On::Made("log-group:*")]),
                    ("logs:TagResource", &[On::Ours, On::Untagged("log-group:*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let arn = arn_of(writer.region(), writer.account(), name);
        let call = writer
            .logs()
            .create_log_group()
            .log_group_name(name)
            .set_kms_key_id((!spec.kms_key_id.as_str().is_empty()).then(|| String::from(&spec.kms_key_id)))
            .log_group_class(LogGroupClass::from(spec.log_group_class.as_str()))
            .set_deletion_protection_enabled(spec.deletion_protection_enabled.then_some(true))
            .set_tags(tag::write(tags));
        match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
            Err(failure) if failure.is(Class::AlreadyExists) => adopt(writer, name, &arn, spec, tags).await?,
            answer => drop(answer?),
        }
        if spec.retention_in_days != 0 {
            set_retention(writer, name, spec.retention_in_days).await?;
        }
        Ok(made(name, format!("{arn}:*")))
    }

    /// CreateLogGroup takes all but this.
    fn several_calls(desired: &Value) -> bool {
        desired["RetentionInDays"] != 0
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let name = live.outputs.log_group_name.as_str();
        if changes.touches("/RetentionInDays") {
            set_retention(writer, name, spec.retention_in_days).await?;
        }
        if changes.touches("/KmsKeyId") {
            set_key(writer, name, spec.kms_key_id.as_str()).await?;
        }
        if changes.touches("/DeletionProtectionEnabled") {
            protect(writer, name, spec.deletion_protection_enabled).await?;
        }
        Ok(Turn::Done(made(name, live.outputs.arn.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &plain(Some(&bearer.outputs.arn)), set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let name = live.outputs.log_group_name.as_str();
        if live.spec.deletion_protection_enabled {
            gone(protect(writer, name, false).await)?;
        }
        let call = writer.logs().delete_log_group().log_group_name(name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// Older events than the retention go within days.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let days = |value: &Option<Value>| match value.as_ref().and_then(Value::as_i64) {
            Some(0) | None => i64::MAX,
            Some(days) => days,
        };
        let is_shorter = |field: &FieldDiff| days(&field.after) < days(&field.before);
        if fields.iter().any(|field| field.path == "/RetentionInDays" && is_shorter(field)) {
            Disruption::DestroysData
        } else {
            Disruption::None
        }
    }

    /// AWS and CloudFormation refuse this change as well; replacing would lose the logs.
    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        fields.iter().any(|field| field.path == "/LogGroupClass").then(|| {
            "AWS cannot change the class of a log group: declare a second log group under another name".to_owned()
        })
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let key = Some(&spec.kms_key_id).filter(|key| !key.as_str().is_empty());
        let mistakes = key_arn::mistake("/KmsKeyId", key).into_iter();
        if RETENTIONS.contains(&spec.retention_in_days) {
            return mistakes.collect();
        }
        let days: Vec<_> = RETENTIONS.iter().map(i32::to_string).collect();
        let text = format!("is {}, but AWS offers only {} days", spec.retention_in_days, days.join(", "));
        mistakes.chain([Mistake::new("/RetentionInDays", text)]).collect()
    }
}

impl Named for LogGroup {
    type Summary = Option<Description>;

    async fn all(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<Self::Summary>>> {
        candidates(reader, scope).await
    }

    /// Searches show those alone that may be.
    fn may_be_ours(_: &Scope, _: &TagIndex, _: &Listed<Self::Summary>) -> bool {
        true
    }

    async fn tags(clients: &Clients, one: &Listed<Self::Summary>, index: &TagIndex) -> Result<Tags> {
        match super::tags(clients, &one.arn).await {
            Err(failure) if failure.is(Class::NotFound) => index.get(&one.arn).cloned().ok_or(failure),
            answer => answer,
        }
    }

    async fn read(_: &Reader, one: Listed<Self::Summary>, tags: Tags) -> Result<Found<Self>> {
        let group = one.summary.ok_or_else(|| named::only_listed("CloudWatch Logs"))?;
        Ok(found(&group, tags))
    }
}

/// Takes over a log group that an earlier run of ours has left.
async fn adopt(writer: &Writer, name: &str, arn: &str, spec: &Spec, ours: &Tags) -> Result<()> {
    let live = super::tags(writer, arn).await?;
    ownership::adopt(&format!("the log group {name}"), &live, ours)?;
    match spec.kms_key_id.as_str() {
        "" => Ok(()),
        key => set_key(writer, name, key).await,
    }
}

async fn set_retention(writer: &Writer, name: &str, days: i32) -> Result<()> {
    if days == 0 {
        let call = writer.logs().delete_retention_policy().log_group_name(name);
        return retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    }
    let call = writer.logs().put_retention_policy().log_group_name(name).retention_in_days(days);
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

async fn set_key(writer: &Writer, name: &str, key: &str) -> Result<()> {
    if key.is_empty() {
        let call = writer.logs().disassociate_kms_key().log_group_name(name);
        return retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    }
    let call = writer.logs().associate_kms_key().log_group_name(name).kms_key_id(key);
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

async fn protect(writer: &Writer, name: &str, on: bool) -> Result<()> {
    let call = writer.logs().put_log_group_deletion_protection().log_group_identifier(name);
    let call = call.deletion_protection_enabled(on);
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

fn made(name: &str, arn: String) -> Made<LogGroup> {
    let outputs = Outputs { arn, log_group_name: name.to_owned() };
    Made { id: name.to_owned(), outputs, state: State::Ready }
}

fn arn_of(region: &str, account: &str, name: &str) -> String {
    format!("arn:{}:logs:{region}:{account}:log-group:{name}", partition(region))
}

/// The ARN without the `:*` that stands for its streams, as tags want it.
fn plain(arn: Option<&str>) -> String {
    arn.unwrap_or_default().trim_end_matches(":*").to_owned()
}

fn default_class() -> String {
    "STANDARD".to_owned()
}
