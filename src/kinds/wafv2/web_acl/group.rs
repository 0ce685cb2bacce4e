//! Rule groups that a rule refers to: managed ones with their configurations, and the account's own.

use aws_sdk_wafv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::statement::{Action, Named, Statement};
use crate::kinds::shared::defaults::yes;
use crate::resource::normal::Set;

/// A rule group of the account's, or one that another account shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RuleGroup {
    pub arn: String,
    /// Rules that only count (the older way to say it).
    #[serde(default)]
    pub excluded_rules: Set<Named>,
    /// Rules of the group that act otherwise than it says.
    #[serde(default)]
    pub rule_action_overrides: Set<RuleActionOverride>,
}

/// A rule group of AWS or of a vendor, `AWSManagedRulesCommonRuleSet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ManagedRuleGroup {
    /// `AWS`, or a vendor on the Marketplace.
    pub vendor_name: String,
    pub name: String,
    /// A version to stay on; without it the vendor's default.
    #[serde(default)]
    pub version: Option<String>,
    /// Rules that only count (the older way to say it).
    #[serde(default)]
    pub excluded_rules: Set<Named>,
    /// Rules of the group that act otherwise than the vendor meant.
    #[serde(default)]
    pub rule_action_overrides: Set<RuleActionOverride>,
    /// How it works, for the groups that can be told.
    #[serde(default)]
    pub managed_rule_group_configs: Set<ManagedRuleGroupConfig>,
    /// The requests that the group looks at; without it all.
    #[serde(default)]
    pub scope_down_statement: Option<Box<Statement>>,
}

/// Another action for one rule of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RuleActionOverride {
    pub name: String,
    pub action_to_use: Action,
}

/// How a managed rule group works: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum ManagedRuleGroupConfig {
    #[serde(rename = "AWSManagedRulesBotControlRuleSet", deserialize_with = "bots")]
    BotControl(BotControl),
    #[serde(rename = "AWSManagedRulesAntiDDoSRuleSet")]
    AntiDdos(AntiDdos),
}

/// How closely bots are looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BotControl {
    /// `COMMON` or `TARGETED`.
    pub inspection_level: String,
    /// Of `TARGETED` only.
    #[serde(default = "yes")]
    pub enable_machine_learning: bool,
}

/// What happens to requests of an attack by sheer number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AntiDdos {
    pub client_side_action_config: ClientSideActionConfig,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[serde(default = "low")]
    pub sensitivity_to_block: String,
}

/// What clients are asked to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClientSideActionConfig {
    pub challenge: Challenge,
}

/// The silent challenge of a browser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Challenge {
    /// `ENABLED` or `DISABLED`.
    pub usage_of_action: String,
    /// `LOW`, `MEDIUM` or `HIGH`.
    #[serde(default = "high")]
    pub sensitivity: String,
    /// URIs whose clients can't be challenged.
    #[serde(default)]
    pub exempt_uri_regular_expressions: Set<Expression>,
}

/// A regular expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Expression {
    pub regex_string: String,
}

/// Puts what has no order into ours, and gives AWS's figures where WAF leaves them out.
pub(super) fn tidy(config: &mut sdk::ManagedRuleGroupConfig) {
    if let Some(bots) = &mut config.aws_managed_rules_bot_control_rule_set {
        bots.enable_machine_learning = learns(bots.inspection_level.as_str(), bots.enable_machine_learning);
    }
    let Some(ddos) = &mut config.aws_managed_rules_anti_d_do_s_rule_set else { return };
    ddos.sensitivity_to_block.get_or_insert(sdk::SensitivityToAct::Low);
    if let Some(challenge) = ddos.client_side_action_config.as_mut().and_then(|config| config.challenge.as_mut()) {
        challenge.sensitivity.get_or_insert(sdk::SensitivityToAct::High);
        if let Some(exempt) = &mut challenge.exempt_uri_regular_expressions {
            exempt.sort_by(|a, b| a.regex_string.cmp(&b.regex_string));
        }
        challenge.exempt_uri_regular_expressions.take_if(|exempt| exempt.is_empty());
    }
}

impl ManagedRuleGroupConfig {
    /// Returns nothing for a configuration of another group.
    pub(super) fn read(from: &sdk::ManagedRuleGroupConfig) -> Option<Self> {
        if let Some(bots) = &from.aws_managed_rules_bot_control_rule_set {
            return Some(Self::BotControl(BotControl {
                inspection_level: bots.inspection_level.as_str().to_owned(),
                enable_machine_learning: bots.enable_machine_learning,
            }));
        }
        let ddos = from.aws_managed_rules_anti_d_do_s_rule_set.as_ref()?;
        let challenge = ddos.client_side_action_config.as_ref()?.challenge.as_ref()?;
        let sensitivity = |level: &Option<sdk::SensitivityToAct>| level.as_ref().map(|level| level.as_str().to_owned());
        let expression =
            |one: &sdk::Regex| Expression { regex_string: one.regex_string().unwrap_or_default().to_owned() };
        Some(Self::AntiDdos(AntiDdos {
            sensitivity_to_block: sensitivity(&ddos.sensitivity_to_block).unwrap_or_else(low),
            client_side_action_config: ClientSideActionConfig {
                challenge: Challenge {
                    usage_of_action: challenge.usage_of_action.as_str().to_owned(),
                    sensitivity: sensitivity(&challenge.sensitivity).unwrap_or_else(high),
                    exempt_uri_regular_expressions: challenge
                        .exempt_uri_regular_expressions()
                        .iter()
                        .map(expression)
                        .collect(),
                },
            },
        }))
    }

    pub(super) fn to_sdk(&self) -> sdk::ManagedRuleGroupConfig {
        const COMPLETE: &str = "every required field is set";
        let to = sdk::ManagedRuleGroupConfig::builder();
        match self {
            Self::BotControl(bots) => to.aws_managed_rules_bot_control_rule_set(
                sdk::AwsManagedRulesBotControlRuleSet::builder()
                    .inspection_level(bots.inspection_level.as_str().into())
                    .enable_machine_learning(bots.enable_machine_learning)
                    .build()
                    .expect(COMPLETE),
            ),
            Self::AntiDdos(ddos) => {
                let from = &ddos.client_side_action_config.challenge;
                let exempt = from.exempt_uri_regular_expressions.iter();
                let exempt = exempt.map(|one| sdk::Regex::builder().regex_string(&one.regex_string).build());
                let challenge = sdk::ClientSideAction::builder()
                    .usage_of_action(from.usage_of_action.as_str().into())
                    .sensitivity(from.sensitivity.as_str().into())
                    .set_exempt_uri_regular_expressions(Some(exempt.collect::<Vec<_>>()).filter(|all| !all.is_empty()));
                let asked = sdk::ClientSideActionConfig::builder().challenge(challenge.build().expect(COMPLETE));
                to.aws_managed_rules_anti_d_do_s_rule_set(
                    sdk::AwsManagedRulesAntiDDoSRuleSet::builder()
                        .client_side_action_config(asked.build())
                        .sensitivity_to_block(ddos.sensitivity_to_block.as_str().into())
                        .build(),
                )
            }
        }
        .build()
    }
}

/// Machines learn only where bots are looked at closely; what is said of it elsewhere does not count, and WAF gives back
/// something else.
fn learns(level: &str, said: bool) -> bool {
    said || level != sdk::InspectionLevel::Targeted.as_str()
}

fn bots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BotControl, D::Error> {
    let mut bots = BotControl::deserialize(deserializer)?;
    bots.enable_machine_learning = learns(&bots.inspection_level, bots.enable_machine_learning);
    Ok(bots)
}

/// AWS's sensitivity for blocking.
fn low() -> String {
    "LOW".to_owned()
}

/// AWS's sensitivity for challenges.
fn high() -> String {
    "HIGH".to_owned()
}
