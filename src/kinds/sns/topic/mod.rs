mod attributes;
mod example;
mod logging;
mod policy;
mod read;
mod secret_endpoint;
mod spec;
mod subscribed;
mod subscription;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::read::made;
use self::secret_endpoint::{Endpoints, SecretEndpoints};
use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{fifo, tag};
use crate::resource::cloudformation::{CloudFormation, NameSuffix, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, On, Pending, Permissions, Result, Scope, Tags, Turn,
};

/// A topic: who publishes to it need not know who is subscribed.
pub struct Topic;

/// The return values of `AWS::SNS::Topic`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub topic_arn: String,
    pub topic_name: String,
    /// The protocols of its subscriptions that wait to be confirmed.
    #[serde(skip)]
    waiting: Vec<String>,
    /// Which subscriptions were made of which text that names a secret.
    #[serde(skip)]
    secrets: SecretEndpoints,
}

/// A role in the policy, or one for the logs, was made moments ago.
const TRANSIENT: &[Class] = &[Class::Propagating];

impl Kind for Topic {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/FifoTopic"],
        keyed: &[("/DeliveryStatusLogging", "Protocol")],
        switches: spec::SWITCHES,
        additive: &["/Subscription"],
        grants: &["/Policy"],
        deferrable: &["/Policy", "/Subscription"],
        sensitive: &["/Subscription/*/Endpoint"],
        protection: &["/ArchivePolicy"],
        several_calls: true,
        cloudformation: CloudFormation {
            parts: &[
                Part::of("AWS::SNS::TopicPolicy", "Policy", Source::Property("Policy"), "Topics")
                    .with_value("PolicyDocument")
                    .of_list(),
                Part::of("AWS::SNS::Subscription", "Subscription", Source::Elements("Subscription"), "TopicArn"),
            ],
            left_out: &[("FifoTopic", "false"), ("ContentBasedDeduplication", "false")],
            name_suffix: Some(NameSuffix::while_true("FifoTopic", fifo::SUFFIX)),
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::SNS::Topic",
            is_global: false,
            indexed_as: Some("sns"),
            reference: "TopicArn",
            // With `.fifo` behind it.
            name: NameRule::Unique { max: 251 },
            identity: Identity::Tags,
            name_property: Some("TopicName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::SNS::Subscription", Detection::Additive("/Subscription")),
                Attachable::new("AWS::SNS::TopicPolicy", Detection::Compared("/Policy")),
                Attachable::new("AWS::CloudWatch::Alarm", Detection::Left("it publishes here and changes nothing")),
                Attachable::new("DataProtectionPolicy", Detection::Left("AWS offers none to those who have none yet")),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "sns:ListTopics",
                    "sns:ListTagsForResource",
                    "sns:GetTopicAttributes",
                    "sns:ListSubscriptionsByTopic",
                    "sns:GetSubscriptionAttributes",
                ],
                create: &[
                    "sns:CreateTopic",
                    "sns:TagResource",
                    "sns:Subscribe",
                    "sns:SetTopicAttributes",
                    "sns:GetTopicAttributes",
                    "sns:ListTagsForResource",
                    "sns:ListSubscriptionsByTopic",
                    "sns:SetSubscriptionAttributes",
                    "secretsmanager:GetSecretValue",
                    "iam:PassRole",
                ],
                update: &[
                    "sns:SetTopicAttributes",
                    "sns:Subscribe",
                    "sns:Unsubscribe",
                    "sns:ListSubscriptionsByTopic",
                    "sns:SetSubscriptionAttributes",
                    "sns:TagResource",
                    "sns:UntagResource",
                    "secretsmanager:GetSecretValue",
                    "iam:PassRole",
                ],
                retag: &["sns:TagResource", "sns:UntagResource"],
                delete: &["sns:SetTopicAttributes", "sns:DeleteTopic"],
                on: &[
                    ("sns:CreateTopic", &[On::Made("*")]),
                    ("sns:TagResource", &[On::Ours, On::Untagged("*")]),
                    ("sns:Unsubscribe", &[On::Everything]),
                    ("sns:SetSubscriptionAttributes", &[On::Everything]),
                    ("secretsmanager:GetSecretValue", &[On::InYaml("secret:")]),
                    ("iam:PassRole", &[On::PassedTo("sns.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = fifo::with_suffix(name.as_str(), spec.fifo_topic);
        writer.admit(&name);
        let call = writer.sns().create_topic().name(&name).set_attributes(Some(attributes::of_new(spec)));
        let endpoints = Endpoints::of_new(writer, spec).await?;
        let call = call.set_tags(tag::write(&subscribed::marked(tags, spec, &endpoints)));
        let made = named::look_and_create(writer, &name, spec, tags, async {
            let answer = retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(answer.topic_arn.unwrap_or_default()))
        })
        .await?;
        subscribed::add(writer, &made.id, None, spec, &endpoints).await?;
        Ok(made)
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let touches = |property: &str| changes.touches(&format!("/{property}"));
        // Messages above the usual size are for few protocols alone: other subscriptions go before they are let in, and come
        // after they no longer are.
        if touches("Subscription") {
            subscribed::remove(writer, &live.id, &live.spec, spec, &live.outputs.secrets).await?;
        }
        attributes::set(writer, &live.id, &live.spec, spec, touches).await?;
        if touches("Subscription") {
            let before = &live.outputs.secrets;
            let endpoints = Endpoints::of(writer, before, &live.spec.subscription, spec).await?;
            subscribed::add(writer, &live.id, Some(&live.spec), spec, &endpoints).await?;
            subscribed::mark(writer, &live.id, before, spec, &endpoints).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (sns, arn) = (writer.sns(), bearer.id);
        let add = |tags: Vec<_>| sns.tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
        let remove = |keys| sns.untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    /// The subscriptions go with it.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if live.spec.archive_policy.is_some() {
            let call = writer.sns().set_topic_attributes().topic_arn(&live.id).attribute_name("ArchivePolicy");
            gone(call.attribute_value(attributes::NO_ARCHIVE).send().await)?;
        }
        gone(writer.sns().delete_topic().topic_arn(&live.id).send().await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn pending(found: &Found<Self>) -> Vec<Pending> {
        found.outputs.waiting.iter().map(|protocol| subscribed::pending(protocol)).collect()
    }

    /// Messages that are older than what the archive keeps go.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let days = |value: &Option<Value>| spec::days(value.as_ref()).unwrap_or_default();
        let is_shorter =
            |field: &FieldDiff| field.path.starts_with("/ArchivePolicy") && days(&field.after) < days(&field.before);
        if fields.iter().any(is_shorter) { Disruption::DestroysData } else { Disruption::None }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}
