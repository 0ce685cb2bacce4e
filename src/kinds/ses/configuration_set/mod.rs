mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ses;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// The sort of thing that its ARN names.
const SORT: &str = "configuration-set";

/// The longest name.
const NAME_MAX: usize = 64;

/// Rules that hold for what is sent with it: whether by TLS alone, and who is told of bounces and complaints.
///
/// Its event destinations are inside, since AWS can't tag them.
pub struct ConfigurationSet;

/// The return values of `AWS::SES::ConfigurationSet`, and its ARN, which CloudFormation leaves to be put together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// What policies name it by: whoever may send with it has to leave it before it goes.
    pub arn: String,
    /// CloudFormation's `Ref`.
    pub name: String,
    /// The names of all of its event destinations.
    #[serde(skip)]
    destinations: Vec<String>,
}

impl Kind for ConfigurationSet {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        keyed: &[("/EventDestinations", "Name")],
        // The destinations take a call each.
        several_calls: true,
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::SES::ConfigurationSetEventDestination",
                "EventDestination",
                Source::Elements("EventDestinations"),
                "ConfigurationSetName",
            )
            .with_value("EventDestination")],
            // Without it the account's setting would count.
            wanted_empty: &["SuppressedReasons"],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::SES::ConfigurationSet",
            is_global: false,
            indexed_as: Some("ses"),
            reference: "Name",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::SES::ConfigurationSetEventDestination",
                Detection::Compared("/EventDestinations"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "ses:ListConfigurationSets",
                    "ses:GetConfigurationSet",
                    "ses:GetConfigurationSetEventDestinations",
                ],
                create: &[
                    "ses:CreateConfigurationSet",
                    "ses:CreateConfigurationSetEventDestination",
                    "ses:UpdateConfigurationSetEventDestination",
                    "ses:GetConfigurationSet",
                    "ses:TagResource",
                ],
                update: &[
                    "ses:PutConfigurationSetDeliveryOptions",
                    "ses:PutConfigurationSetReputationOptions",
                    "ses:PutConfigurationSetSendingOptions",
                    "ses:PutConfigurationSetSuppressionOptions",
                    "ses:CreateConfigurationSetEventDestination",
                    "ses:UpdateConfigurationSetEventDestination",
                    "ses:DeleteConfigurationSetEventDestination",
                ],
                retag: &["ses:TagResource", "ses:UntagResource"],
                delete: &["ses:DeleteConfigurationSet"],
                on: &[
                    ("ses:CreateConfigurationSet", &[On::Made("configuration-set/*")]),
                    ("ses:TagResource", &[On::Ours, On::Untagged("configuration-set/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        match write::create(writer, name, spec, tags).await {
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = read::describe(writer, name).await?;
                ownership::adopt(&format!("the configuration set {name}"), &tag::read(there.tags()), tags)?;
            }
            answer => answer?,
        }
        write::destinations(writer, name, (&[], &[]), &spec.event_destinations).await?;
        let destinations = spec.event_destinations.iter().map(|one| one.name.clone()).collect();
        let arn = ses::arn((writer.account(), writer.region()), SORT, name);
        Ok(Made::ready(name.to_owned(), Outputs { arn, name: name.to_owned(), destinations }))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::parts(writer, &live.id, spec, changes).await?;
        if changes.touches("/EventDestinations") {
            let there = (live.spec.event_destinations.as_slice(), live.outputs.destinations.as_slice());
            write::destinations(writer, &live.id, there, &spec.event_destinations).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ses::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.ses().delete_configuration_set().configuration_set_name(&live.id);
        gone(retry_while(MINUTE, ses::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}
