mod delete;
mod example;
mod policy;
mod read;
mod users;
mod write;

use std::collections::BTreeSet;

use aws_sdk_kms::types::Tag;
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer, create_once};
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::normal::{self, PolicyDocument};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameConflict, NameRule, On, Permissions, Replacement, Result, Scope,
    State, Switch, Tags, Turn, Unseen, pointer,
};

/// The longest name: an alias has 256 characters with its `alias/`.
const MAX_NAME: usize = 250;
/// Keeps the deletion window on the key itself, since KMS takes it only when the deletion is scheduled, and by then
/// the template is gone. Never shown to the engine.
const WINDOW: &str = "provision:deletion-window";

/// A key and its alias, `alias/` and the physical name.
pub struct Key;

/// The properties of `AWS::KMS::Key`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub description: String,
    /// Whether AWS makes new key material every `RotationPeriodInDays`.
    #[serde(default)]
    pub enable_key_rotation: bool,
    /// What is encrypted with a disabled key cannot be read.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Who may do what; empty for AWS's default, which leaves it to the account's IAM policies.
    #[serde(default, deserialize_with = "policy::default_is_empty")]
    pub key_policy: PolicyDocument,
    /// `SYMMETRIC_DEFAULT`, or an asymmetric or HMAC key.
    #[serde(default = "default_key_spec")]
    pub key_spec: String,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, `GENERATE_VERIFY_MAC` or `KEY_AGREEMENT`.
    #[serde(default = "default_key_usage")]
    pub key_usage: String,
    /// Whether replicas in other regions can share its material.
    #[serde(default)]
    pub multi_region: bool,
    /// Where the key material comes from: `AWS_KMS` or `EXTERNAL`.
    #[serde(default = "default_origin")]
    pub origin: String,
    /// Days between a delete and its being final, during which it can be cancelled; 7 to 30.
    #[serde(default = "default_window")]
    pub pending_window_in_days: i32,
    /// Days; 90 to 2560.
    #[serde(default = "default_rotation")]
    pub rotation_period_in_days: i32,
}

/// The return values of `AWS::KMS::Key`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub key_id: String,
    pub arn: String,
}

impl Kind for Key {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        additive: &[read::ALIASES, read::REPLICAS],
        deferrable: &["/KeyPolicy"],
        switches: &[
            Switch::with("/EnableKeyRotation", "/KeySpec", &["SYMMETRIC_DEFAULT"]),
            Switch::with("/EnableKeyRotation", "/Origin", &["AWS_KMS"]),
            Switch::with("/RotationPeriodInDays", "/EnableKeyRotation", &["true"]),
        ],
        grants: &["/Enabled", "/KeyPolicy"],
        stateful: true,
        kept_for: Some("a snapshot, a backup or a secret that it encrypts"),
        several_calls: true,
        prunes: &["/Alias", read::DELETION, "/KeyPolicy"],
        cloudformation: CloudFormation {
            parts: &[
                Part::of("AWS::KMS::Alias", "Alias", Source::Name("alias/"), "TargetKeyId").with_value("AliasName")
            ],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::KMS::Key",
            is_global: false,
            indexed_as: Some("kms"),
            reference: "KeyId",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &["kms:CreateKey"],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::KMS::Alias", Detection::Additive(read::ALIASES)),
                Attachable::new("AWS::KMS::ReplicaKey", Detection::Additive(read::REPLICAS)),
                Attachable::new("Grants", Detection::Surveyed),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "kms:ListAliases",
                    "kms:ListKeys",
                    "kms:DescribeKey",
                    "kms:GetKeyPolicy",
                    "kms:GetKeyRotationStatus",
                    "kms:ListResourceTags",
                ],
                create: &[
                    "kms:ListAliases",
                    "kms:ListKeys",
                    "kms:CreateKey",
                    "kms:CreateAlias",
                    "kms:UpdateAlias",
                    "kms:DescribeKey",
                    "kms:ListResourceTags",
                    "kms:TagResource",
                    "kms:PutKeyPolicy",
                    "kms:EnableKeyRotation",
                    "kms:DisableKey",
                ],
                update: &[
                    "kms:PutKeyPolicy",
                    "kms:UpdateKeyDescription",
                    "kms:EnableKeyRotation",
                    "kms:DisableKeyRotation",
                    "kms:EnableKey",
                    "kms:DisableKey",
                    "kms:CancelKeyDeletion",
                    "kms:TagResource",
                    "kms:CreateAlias",
                    "kms:UpdateAlias",
                    "kms:DescribeKey",
                    "kms:ListResourceTags",
                ],
                retag: &["kms:TagResource", "kms:UntagResource"],
                delete: &[
                    "kms:ScheduleKeyDeletion",
                    "kms:DeleteAlias",
                    "rds:DescribeDBClusterSnapshots",
                    "rds:DescribeDBClusterAutomatedBackups",
                    "rds:DescribeDBSnapshots",
                    "rds:DescribeDBInstanceAutomatedBackups",
                    "elasticache:DescribeSnapshots",
                    "secretsmanager:ListSecrets",
                ],
                on: &[
                    ("kms:CreateKey", &[On::Made("")]),
                    ("kms:TagResource", &[On::Ours, On::Untagged("key/*")]),
                    ("kms:CreateAlias", &[On::Ours, On::Named("alias/")]),
                    ("kms:UpdateAlias", &[On::Ours, On::Named("alias/")]),
                    ("kms:DeleteAlias", &[On::Ours, On::Named("alias/")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let aliases = read::aliases(reader).await?;
        let index = reader.tag_index(scope).await?;
        let tagged = index.arns(":key/").filter(|arn| arn.split(':').nth(2) == Some("kms"));
        let mut ids: BTreeSet<String> = tagged.filter_map(|arn| arn.rsplit('/').next().map(str::to_owned)).collect();
        let named = aliases.iter().filter(|alias| scope.may_own(&alias.name, MAX_NAME));
        ids.extend(named.map(|alias| alias.key_id.clone()));
        ids.extend(scope.requested_names().map(str::to_owned));
        let nameless = read::nameless(reader, &aliases).await?;
        let mut listed: BTreeSet<String> = aliases.iter().map(|alias| alias.key_id.clone()).collect();
        listed.extend(nameless.iter().cloned());
        // Of these, nothing but their tags says whose they are.
        let nameless = &nameless - &ids;
        ids.extend(nameless.iter().cloned());
        let answers = join_all(ids.iter().map(|id| read::read(reader, scope, id, &aliases))).await;
        let mut listing = Listing::default();
        for (id, answer) in ids.iter().zip(answers) {
            match answer {
                Ok(read::KeyRead::Ours(found)) => listing.found.push(*found),
                Ok(read::KeyRead::Deleting) => {}
                Ok(read::KeyRead::Foreign(tags)) => {
                    let named = aliases.iter().filter(|alias| alias.key_id == *id);
                    let ours = named.filter(|alias| scope.may_own(&alias.name, MAX_NAME));
                    let conflict = |alias: &read::Alias| NameConflict {
                        id: id.clone(),
                        name: alias.name.clone(),
                        tags: tags.clone(),
                    };
                    listing.name_conflicts.extend(ours.map(conflict));
                }
                Ok(read::KeyRead::Unread(tags, failure)) => {
                    listing.unseen.push(Unseen { id: id.clone(), tags: Some(tags), failure });
                }
                // The tag index goes on naming what is deleted; what a list has just shown is there.
                Err(failure) if failure.is(Class::NotFound) && !listed.contains(id) => {}
                // A key without a name that does not let us look is none that we made.
                Err(failure) if failure.is(Class::Denied) && nameless.contains(id) => {}
                Err(failure) => {
                    let arn = format!(":key/{id}");
                    let tags = index.arns(&arn).next().and_then(|arn| index.get(arn)).cloned();
                    listing.unseen.push(Unseen { id: id.clone(), tags, failure });
                }
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let look = || write::look(writer, name.as_str(), tags);
        let id = create_once(look, || write::create(writer, spec, tags)).await?;
        write::alias(writer, name.as_str(), &id, tags).await?;
        // A new key is enabled and without rotation.
        if spec.enable_key_rotation {
            write::set_rotation(writer, &id, spec).await?;
        }
        if !spec.enabled {
            write::set_enabled(writer, &id, spec).await?;
        }
        let arn = write::arn(writer, &id).await?;
        Ok(Made { id: id.clone(), outputs: Outputs { key_id: id, arn }, state: State::Ready })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        // Until then it takes no other change, and then it is disabled.
        if changes.touches(read::DELETION) {
            writer.kms().cancel_key_deletion().key_id(&live.id).send().await?;
        }
        if changes.touches("/Alias")
            && let Some(name) = &live.name
        {
            write::alias(writer, name, &live.id, &live.tags).await?;
        }
        // A disabled key refuses changes of its rotation.
        if changes.touches("/Enabled") && spec.enabled {
            write::set_enabled(writer, &live.id, spec).await?;
        }
        if changes.touches("/Description") {
            let call = writer.kms().update_key_description().key_id(&live.id).description(&spec.description);
            call.send().await?;
        }
        if changes.touches("/KeyPolicy") {
            write::set_policy(writer, live, spec).await?;
        }
        if changes.touches_any(&["/EnableKeyRotation", "/RotationPeriodInDays"]) {
            write::set_rotation(writer, &live.id, spec).await?;
        }
        if changes.touches("/PendingWindowInDays") {
            writer.kms().tag_resource().key_id(&live.id).tags(write::window(spec)).send().await?;
        }
        if changes.touches("/Enabled") && !spec.enabled {
            write::set_enabled(writer, &live.id, spec).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let add = async |tags: Vec<Tag>| {
            let call = writer.kms().tag_resource().key_id(bearer.id).set_tags(Some(tags));
            retry_while(MINUTE, &[Class::NotFound], || call.clone().send()).await
        };
        let remove = |keys| writer.kms().untag_resource().key_id(bearer.id).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        delete::delete(writer, live).await.map(Turn::Done)
    }

    /// While a key is off, nothing that it encrypts can be read: databases stop.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let turns_off = |field: &FieldDiff| field.path == "/Enabled" && field.after == Some(Value::Bool(false));
        if fields.iter().any(turns_off) { Disruption::Outage } else { Disruption::None }
    }

    /// A key that goes off takes away, and comes on early.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        match path {
            "/Enabled" => (after == false).then(|| before.clone()),
            _ => normal::union_statements(before, after).filter(|_| path.ends_with("/Statement")),
        }
    }

    /// AWS fixes what a key is when it makes it; CloudFormation refuses these changes as well. And it changes no rotation of
    /// a key that is off.
    fn refuses(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        let is_off = |spec: &Value| spec.get("Enabled").is_some_and(|on| on == false);
        let rotates =
            |field: &FieldDiff| ["/EnableKeyRotation", "/RotationPeriodInDays"].contains(&field.path.as_str());
        if is_off(live) && is_off(desired) && fields.iter().any(rotates) {
            let why =
                "AWS changes the rotation only of a key that is enabled: leave the rotation as it is, or set Enabled";
            return Some(why.to_owned());
        }
        let fixed = ["KeySpec", "KeyUsage", "MultiRegion", "Origin"];
        let field = fields.iter().map(|field| pointer::property(&field.path)).find(|name| fixed.contains(name))?;
        Some(format!(
            "AWS cannot change {field} of a key, and replacing the key would make its data unreadable: \
             declare a second key under another name and move the data to it"
        ))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let ranges = [
            ("/PendingWindowInDays", spec.pending_window_in_days, 7, 30),
            ("/RotationPeriodInDays", spec.rotation_period_in_days, 90, 2560),
        ];
        let mut mistakes: Vec<_> = Mistake::outside(ranges, " days").collect();
        if !["AWS_KMS", "EXTERNAL"].contains(&spec.origin.as_str()) {
            let text = format!("is {}, but only AWS_KMS and EXTERNAL go without a key store of one's own", spec.origin);
            mistakes.push(Mistake::new("/Origin", text));
        }
        if let Some(usages) = usages(&spec.key_spec).filter(|usages| !usages.contains(&spec.key_usage.as_str())) {
            let text = format!("is {}, but a key of {} is for {}", spec.key_usage, spec.key_spec, usages.join(" or "));
            mistakes.push(Mistake::new("/KeyUsage", text));
        }
        mistakes
    }
}

/// What a kind of key can be for (docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html, "KeyUsage"); none for one
/// that is newer than this list.
fn usages(key_spec: &str) -> Option<&'static [&'static str]> {
    match key_spec.split('_').next()? {
        "SYMMETRIC" => Some(&["ENCRYPT_DECRYPT"]),
        "HMAC" => Some(&["GENERATE_VERIFY_MAC"]),
        "RSA" => Some(&["ENCRYPT_DECRYPT", "SIGN_VERIFY"]),
        "ECC" => Some(&["SIGN_VERIFY", "KEY_AGREEMENT"]),
        "ML" => Some(&["SIGN_VERIFY"]),
        _ => None,
    }
}

fn no_answer(operation: &str) -> Failure {
    Failure::new(Class::Other, format!("{operation} returned no key"))
}

fn default_key_spec() -> String {
    "SYMMETRIC_DEFAULT".to_owned()
}

fn default_key_usage() -> String {
    "ENCRYPT_DECRYPT".to_owned()
}

fn default_origin() -> String {
    "AWS_KMS".to_owned()
}

fn default_window() -> i32 {
    30
}

fn default_rotation() -> i32 {
    365
}
