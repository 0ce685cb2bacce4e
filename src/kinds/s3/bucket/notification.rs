//! Who hears of what happens to objects.

use aws_sdk_s3::types::{
    Event, EventBridgeConfiguration as EventBridge, FilterRule as Rule, FilterRuleName,
    LambdaFunctionConfiguration as ToFunction, NotificationConfiguration as Configuration,
    NotificationConfigurationFilter, QueueConfiguration as ToQueue, S3KeyFilter as Keys, TopicConfiguration as ToTopic,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::kinds::sns::topic::Topic;
use crate::kinds::sqs::queue::Queue;
use crate::resource::normal::Set;
use crate::resource::{Mistake, Ref, Result};

/// Who hears of what happens to objects. It has to be let in by its own policy before: S3 tries that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NotificationConfiguration {
    /// Whether EventBridge hears of everything.
    #[serde(default)]
    pub event_bridge_configuration: EventBridgeConfiguration,
    /// Functions.
    #[serde(default)]
    pub lambda_configurations: Set<LambdaConfiguration>,
    /// Queues.
    #[serde(default)]
    pub queue_configurations: Set<QueueConfiguration>,
    /// Topics.
    #[serde(default)]
    pub topic_configurations: Set<TopicConfiguration>,
}

/// Whether EventBridge hears of everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventBridgeConfiguration {
    /// It does.
    pub event_bridge_enabled: bool,
}

/// A function, and what it hears of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LambdaConfiguration {
    /// `s3:ObjectCreated:*`, for instance.
    pub event: String,
    /// Which objects; all without it.
    #[serde(default)]
    pub filter: Filter,
    /// Its ARN.
    pub function: String,
}

/// A queue, and what it hears of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueueConfiguration {
    /// `s3:ObjectCreated:*`, for instance.
    pub event: String,
    /// Which objects; all without it.
    #[serde(default)]
    pub filter: Filter,
    /// Its ARN; not of a FIFO queue.
    pub queue: Ref<Queue>,
}

/// A topic, and what it hears of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TopicConfiguration {
    /// `s3:ObjectCreated:*`, for instance.
    pub event: String,
    /// Which objects; all without it.
    #[serde(default)]
    pub filter: Filter,
    /// Its ARN; not of a FIFO topic.
    pub topic: Ref<Topic>,
}

/// Objects by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Filter {
    /// By their keys.
    pub s3_key: S3Key,
}

/// How a key begins and ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct S3Key {
    /// At most one of each name.
    pub rules: Set<FilterRule>,
}

/// The beginning or the end of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FilterRule {
    /// `prefix` or `suffix`.
    #[serde(deserialize_with = "in_small_letters")]
    pub name: String,
    /// The text.
    pub value: String,
}

/// S3 answers `Prefix` to `prefix`.
fn in_small_letters<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    String::deserialize(deserializer).map(|name| name.to_ascii_lowercase())
}

impl NotificationConfiguration {
    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let filters = (self.lambda_configurations.iter().map(|one| (&one.event, &one.filter)))
            .chain(self.queue_configurations.iter().map(|one| (&one.event, &one.filter)))
            .chain(self.topic_configurations.iter().map(|one| (&one.event, &one.filter)));
        let wrong = filters.flat_map(|(event, filter)| {
            let rules = &filter.s3_key.rules;
            let count = |name: &str| rules.iter().filter(|rule| rule.name == name).count();
            let (prefixes, suffixes) = (count("prefix"), count("suffix"));
            [
                (!event.starts_with("s3:")).then(|| format!("has {event}, and an event of S3 begins with s3:")),
                (prefixes > 1 || suffixes > 1 || prefixes + suffixes < rules.len())
                    .then(|| format!("has a filter for {event} with something else than one prefix and one suffix")),
            ]
        });
        wrong.flatten().map(|text| Mistake::new("/NotificationConfiguration", text)).collect()
    }
}

pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<NotificationConfiguration> {
    let told = clients.s3().get_bucket_notification_configuration().bucket(bucket).send().await?;
    let each = |events: &[Event]| events.iter().map(|event| event.as_str().to_owned()).collect::<Vec<_>>();
    let functions = told.lambda_function_configurations().iter().flat_map(|one| {
        let (filter, function) = (filter(one.filter()), one.lambda_function_arn.clone());
        let made = move |event| LambdaConfiguration { event, filter: filter.clone(), function: function.clone() };
        each(one.events()).into_iter().map(made)
    });
    let queues = told.queue_configurations().iter().flat_map(|one| {
        let (filter, queue) = (filter(one.filter()), Ref::new(one.queue_arn()));
        let made = move |event| QueueConfiguration { event, filter: filter.clone(), queue: queue.clone() };
        each(one.events()).into_iter().map(made)
    });
    let topics = told.topic_configurations().iter().flat_map(|one| {
        let (filter, topic) = (filter(one.filter()), Ref::new(one.topic_arn()));
        let made = move |event| TopicConfiguration { event, filter: filter.clone(), topic: topic.clone() };
        each(one.events()).into_iter().map(made)
    });
    Ok(NotificationConfiguration {
        event_bridge_configuration: EventBridgeConfiguration {
            event_bridge_enabled: told.event_bridge_configuration().is_some(),
        },
        lambda_configurations: functions.collect(),
        queue_configurations: queues.collect(),
        topic_configurations: topics.collect(),
    })
}

fn filter(told: Option<&NotificationConfigurationFilter>) -> Filter {
    let rules = told.and_then(|filter| filter.key()).map(Keys::filter_rules).unwrap_or_default();
    let rule = |rule: &Rule| FilterRule {
        name: rule.name().map(|name| name.as_str().to_ascii_lowercase()).unwrap_or_default(),
        value: rule.value().unwrap_or_default().to_owned(),
    };
    Filter { s3_key: S3Key { rules: rules.iter().map(rule).collect() } }
}

/// Writes all of it: what is left out of the call is taken away.
pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &NotificationConfiguration) -> Result<()> {
    let functions = wanted.lambda_configurations.iter().map(|one| {
        let to = ToFunction::builder().lambda_function_arn(&one.function).events(Event::from(one.event.as_str()));
        built(to.set_filter(written(&one.filter)).build())
    });
    let queues = wanted.queue_configurations.iter().map(|one| {
        let to = ToQueue::builder().queue_arn(one.queue.as_str()).events(Event::from(one.event.as_str()));
        built(to.set_filter(written(&one.filter)).build())
    });
    let topics = wanted.topic_configurations.iter().map(|one| {
        let to = ToTopic::builder().topic_arn(one.topic.as_str()).events(Event::from(one.event.as_str()));
        built(to.set_filter(written(&one.filter)).build())
    });
    let bridge = wanted.event_bridge_configuration.event_bridge_enabled.then(|| EventBridge::builder().build());
    let all = Configuration::builder()
        .set_lambda_function_configurations(Some(functions.collect::<Result<_>>()?))
        .set_queue_configurations(Some(queues.collect::<Result<_>>()?))
        .set_topic_configurations(Some(topics.collect::<Result<_>>()?))
        .set_event_bridge_configuration(bridge)
        .build();
    let call = writer.s3().put_bucket_notification_configuration().bucket(bucket).notification_configuration(all);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}

fn written(filter: &Filter) -> Option<NotificationConfigurationFilter> {
    let rule =
        |rule: &FilterRule| Rule::builder().name(FilterRuleName::from(rule.name.as_str())).value(&rule.value).build();
    let rules: Vec<_> = filter.s3_key.rules.iter().map(rule).collect();
    let keys = || Keys::builder().set_filter_rules(Some(rules.clone())).build();
    (!rules.is_empty()).then(|| NotificationConfigurationFilter::builder().key(keys()).build())
}
