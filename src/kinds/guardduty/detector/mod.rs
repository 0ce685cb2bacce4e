mod example;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::spec::Spec;
use crate::aws::{Aws, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Question, Result, Scope, Sole, Tags, Turn,
};

/// The detector of GuardDuty, which looks for threats in what an account does in a region.
///
/// An account has one in each region. Its findings, of 90 days, go with it.
pub struct Detector;

/// The return values of `AWS::GuardDuty::Detector`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// CloudFormation's `Ref`.
    pub id: String,
}

/// Lists of which AWS adds elements by itself, with each protection that it begins to offer.
const FEATURES: &str = "/Features";
const PARTS: &str = "/Features/*/AdditionalConfiguration";

impl Kind for Detector {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        sole: Some(Sole::OfRegion),
        keyed: &[(FEATURES, "Name"), (PARTS, "Name")],
        declared_only: &[FEATURES, PARTS],
        stateful: true,
        deletion_disruption: Disruption::None,
        preflight_reads: &["guardduty:GetAdministratorAccount"],
        ..Facts::of(Essentials {
            kind: "AWS::GuardDuty::Detector",
            is_global: false,
            indexed_as: Some("guardduty"),
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new(
                    "AWS::GuardDuty::Filter",
                    Detection::Left("it hides findings that somebody has looked at, and goes with the detector"),
                ),
                Attachable::new(
                    "AWS::GuardDuty::PublishingDestination",
                    Detection::Left("it copies findings to a bucket and changes nothing here"),
                ),
                Attachable::new("AWS::GuardDuty::IPSet", Detection::Left("it names addresses that are trusted")),
                Attachable::new("AWS::GuardDuty::ThreatIntelSet", Detection::Left("it names addresses that are not")),
                Attachable::new("AWS::GuardDuty::Member", Detection::Left("of an administrator's detector alone")),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["guardduty:ListDetectors", "guardduty:GetDetector"],
                create: &[
                    "guardduty:ListDetectors",
                    "guardduty:GetDetector",
                    "guardduty:CreateDetector",
                    "guardduty:TagResource",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["guardduty:UpdateDetector", "iam:CreateServiceLinkedRole"],
                retag: &["guardduty:TagResource", "guardduty:UntagResource"],
                delete: &["guardduty:DeleteDetector"],
                on: &[
                    ("guardduty:CreateDetector", &[On::Made("")]),
                    ("guardduty:TagResource", &[On::Ours, On::Untagged("detector/*")]),
                    (
                        "iam:CreateServiceLinkedRole",
                        &[
                            On::LinkedTo("guardduty.amazonaws.com"),
                            // For the protection against malware, which has a role of its own.
                            On::LinkedTo("malware-protection.guardduty.amazonaws.com"),
                        ],
                    ),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.guardduty().create_detector().client_token(writer.token()).enable(spec.enable);
        let call = call.finding_publishing_frequency(spec.finding_publishing_frequency.as_str().into());
        let call = call.set_features(Some(write::features(&spec.features))).set_tags(tag::write(tags));
        let id = match call.send().await.map_err(Failure::from) {
            // An earlier try of ours, or somebody else's.
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let (id, told) = read::all(writer).await?.into_iter().next().ok_or(failure)?;
                let what = format!("the detector {id}, of which an account has one in a region,");
                ownership::adopt(&what, &read::tags(&told?), tags)?;
                writer.admit(&id);
                write::update(writer, &id, spec, None).await?;
                id
            }
            answer => answer?.detector_id.unwrap_or_default(),
        };
        writer.admit(&id);
        Ok(Made::ready(id.clone(), Outputs { id }))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::update(writer, &live.id, spec, Some(changes)).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = read::arn(writer.region(), writer.account(), bearer.id);
        let add = |tags| writer.guardduty().tag_resource().resource_arn(&arn).set_tags(Some(tags)).send();
        let remove = |keys| writer.guardduty().untag_resource().resource_arn(&arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(writer.guardduty().delete_detector().detector_id(&live.id).send().await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn health(found: &Found<Self>) -> Option<String> {
        let on = found.spec.features.iter().filter(|one| one.is_on()).count();
        Some(if found.spec.enable { format!("watches, {on} protections on") } else { "suspended".to_owned() })
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let touches = |path: &str| fields.iter().any(|field| field.path == path);
        let told = "GuardDuty looks at nothing of this account and region until it is turned on again";
        (touches("/Enable") && desired["Enable"] == false).then(|| told.to_owned()).into_iter().collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }

    /// Whether the account may say anything here at all, and what protections are on.
    fn questions(_: &Spec) -> Vec<Question> {
        vec![Question::new("", &["administrator"]), Question::new(FEATURES, &["policy"])]
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        if about == ["policy"] { read::policy(reader).await } else { read::administrator(reader).await }
    }
}
