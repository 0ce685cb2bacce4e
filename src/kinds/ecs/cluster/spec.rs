use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, Cluster as Description, ClusterConfiguration, ClusterSetting as Setting,
    ClusterSettingName, ExecuteCommandConfiguration as SdkExecute, ExecuteCommandLogConfiguration,
    ExecuteCommandLogging, ManagedStorageConfiguration as SdkStorage,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::ecs::capacity_provider::CapacityProvider;
use crate::kinds::ecs::{CapacityProviderStrategy, is_fargate};
use crate::kinds::shared::text::given;
use crate::resource::Ref;
use crate::resource::normal::Set;

/// The setting that every cluster has.
const INSIGHTS: &str = "containerInsights";

/// The properties of `AWS::ECS::Cluster`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `FARGATE`, `FARGATE_SPOT`, or names of the account's own.
    #[serde(default)]
    pub capacity_providers: Set<Ref<CapacityProvider>>,
    /// `containerInsights` is `disabled` if not named.
    #[serde(default = "no_insights", deserialize_with = "with_insights")]
    pub cluster_settings: Vec<ClusterSetting>,
    #[serde(default)]
    pub configuration: Configuration,
    /// For services that name neither a launch type nor a strategy.
    #[serde(default)]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategy>,
}

/// A setting of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterSetting {
    /// `containerInsights`.
    pub name: String,
    /// `enabled`, `enhanced` or `disabled`.
    pub value: String,
}

/// How commands in containers are logged and what encrypts storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Configuration {
    pub execute_command_configuration: ExecuteCommand,
    pub managed_storage_configuration: ManagedStorage,
}

/// How commands that people run in containers are encrypted and logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct ExecuteCommand {
    /// Empty for none.
    pub kms_key_id: String,
    pub log_configuration: ExecuteCommandLog,
    /// `DEFAULT`, `OVERRIDE` or `NONE`.
    pub logging: String,
}

/// Where commands are logged if `Logging` is `OVERRIDE`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct ExecuteCommandLog {
    pub cloud_watch_encryption_enabled: bool,
    pub cloud_watch_log_group_name: String,
    pub s3_bucket_name: String,
    pub s3_encryption_enabled: bool,
    pub s3_key_prefix: String,
}

/// What encrypts the storage that ECS and Fargate manage; empty for AWS's own keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct ManagedStorage {
    pub fargate_ephemeral_storage_kms_key_id: String,
    pub kms_key_id: String,
}

/// The return values of `AWS::ECS::Cluster`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub cluster_name: String,
    pub arn: String,
}

impl Spec {
    pub(super) fn read(cluster: &Description) -> Self {
        let setting = |setting: &Setting| {
            let name = setting.name().map(|name| name.as_str().to_owned());
            ClusterSetting { name: name.unwrap_or_default(), value: setting.value().unwrap_or_default().to_owned() }
        };
        Self {
            capacity_providers: cluster.capacity_providers().iter().map(String::as_str).collect(),
            cluster_settings: add_insights(cluster.settings().iter().map(setting).collect()),
            configuration: cluster.configuration().map(Configuration::read).unwrap_or_default(),
            default_capacity_provider_strategy: CapacityProviderStrategy::read(
                cluster.default_capacity_provider_strategy(),
            ),
        }
    }

    /// The names of the providers, for a call.
    pub(super) fn providers(&self) -> Vec<String> {
        self.capacity_providers.iter().map(|provider| provider.as_str().to_owned()).collect()
    }

    /// The default strategy, as far as its providers are there: those of a cluster that lets go of them all are not.
    pub(super) fn strategy(&self) -> Vec<CapacityProviderStrategyItem> {
        let strategy =
            self.default_capacity_provider_strategy.iter().filter(|part| self.offers(&part.capacity_provider));
        CapacityProviderStrategy::items(&strategy.cloned().collect::<Vec<_>>())
    }

    pub(super) fn offers(&self, name: &str) -> bool {
        self.capacity_providers.iter().any(|provider| provider.as_str() == name)
    }

    /// Whether instances may have come by a provider of the account's own.
    pub(super) fn has_machines(&self) -> bool {
        self.capacity_providers.iter().any(|provider| !is_fargate(provider.as_str()))
    }

    pub(super) fn settings(&self) -> Vec<Setting> {
        let setting = |setting: &ClusterSetting| {
            Setting::builder().name(ClusterSettingName::from(setting.name.as_str())).value(&setting.value).build()
        };
        self.cluster_settings.iter().map(setting).collect()
    }
}

impl Configuration {
    fn read(from: &ClusterConfiguration) -> Self {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let execute = from.execute_command_configuration().map(|execute| {
            let log = execute.log_configuration().map(|log| ExecuteCommandLog {
                cloud_watch_encryption_enabled: log.cloud_watch_encryption_enabled,
                cloud_watch_log_group_name: text(log.cloud_watch_log_group_name()),
                s3_bucket_name: text(log.s3_bucket_name()),
                s3_encryption_enabled: log.s3_encryption_enabled,
                s3_key_prefix: text(log.s3_key_prefix()),
            });
            ExecuteCommand {
                kms_key_id: text(execute.kms_key_id()),
                log_configuration: log.unwrap_or_default(),
                logging: execute.logging().map_or("DEFAULT", |logging| logging.as_str()).to_owned(),
            }
        });
        let storage = from.managed_storage_configuration().map(|storage| ManagedStorage {
            fargate_ephemeral_storage_kms_key_id: text(storage.fargate_ephemeral_storage_kms_key_id()),
            kms_key_id: text(storage.kms_key_id()),
        });
        Self {
            execute_command_configuration: execute.unwrap_or_default(),
            managed_storage_configuration: storage.unwrap_or_default(),
        }
    }

    /// Returns whether commands are to be logged to a place of one's own, and none is named.
    pub(super) fn logs_nowhere(&self) -> bool {
        let ExecuteCommand { logging, log_configuration: log, .. } = &self.execute_command_configuration;
        logging == "OVERRIDE" && log.cloud_watch_log_group_name.is_empty() && log.s3_bucket_name.is_empty()
    }

    /// For a create: nothing where nothing is asked for.
    pub(super) fn sdk(&self) -> Option<ClusterConfiguration> {
        (*self != Self::default()).then(|| self.complete())
    }

    /// For an update, which replaces all of it.
    pub(super) fn complete(&self) -> ClusterConfiguration {
        let execute = &self.execute_command_configuration;
        let log = &execute.log_configuration;
        let log = (*log != ExecuteCommandLog::default()).then(|| {
            ExecuteCommandLogConfiguration::builder()
                .cloud_watch_encryption_enabled(log.cloud_watch_encryption_enabled)
                .set_cloud_watch_log_group_name(given(&log.cloud_watch_log_group_name))
                .set_s3_bucket_name(given(&log.s3_bucket_name))
                .s3_encryption_enabled(log.s3_encryption_enabled)
                .set_s3_key_prefix(given(&log.s3_key_prefix))
                .build()
        });
        let execute = SdkExecute::builder()
            .set_kms_key_id(given(&execute.kms_key_id))
            .logging(ExecuteCommandLogging::from(execute.logging.as_str()))
            .set_log_configuration(log)
            .build();
        let storage = &self.managed_storage_configuration;
        let storage = (*storage != ManagedStorage::default()).then(|| {
            SdkStorage::builder()
                .set_fargate_ephemeral_storage_kms_key_id(given(&storage.fargate_ephemeral_storage_kms_key_id))
                .set_kms_key_id(given(&storage.kms_key_id))
                .build()
        });
        ClusterConfiguration::builder()
            .execute_command_configuration(execute)
            .set_managed_storage_configuration(storage)
            .build()
    }
}

impl Default for ExecuteCommand {
    fn default() -> Self {
        let logging = "DEFAULT".to_owned();
        Self { kms_key_id: String::new(), log_configuration: ExecuteCommandLog::default(), logging }
    }
}

fn with_insights<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ClusterSetting>, D::Error> {
    Vec::deserialize(deserializer).map(add_insights)
}

fn no_insights() -> Vec<ClusterSetting> {
    add_insights(Vec::new())
}

/// Names the setting that every cluster has, so that an account's own default shows as drift.
fn add_insights(mut settings: Vec<ClusterSetting>) -> Vec<ClusterSetting> {
    if !settings.iter().any(|setting| setting.name == INSIGHTS) {
        settings.push(ClusterSetting { name: INSIGHTS.to_owned(), value: "disabled".to_owned() });
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_without_settings_has_no_insights() {
        let desired: Spec = serde_json::from_value(serde_json::json!({})).unwrap();
        let live = Spec::read(&Description::builder().build());
        assert_eq!(desired.cluster_settings, live.cluster_settings);
        assert_eq!(desired.configuration, live.configuration);
    }
}
