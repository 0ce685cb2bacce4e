use std::collections::BTreeMap;

use aws_sdk_ecs::types::SettingName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Reader, Writer};
use crate::kinds::shared::setting::{self, Outputs, Read, Setting};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Bearer, Changes, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made, Mistake,
    Name, NameRule, On, Permissions, Result, Scope, Sole, Tags, Turn, partition,
};

/// The page size of ListAccountSettings, of which AWS has one.
const PAGE: i32 = 10;

/// What ECS gives to everybody in this account and region who has nothing of his own: clusters, instances, tasks.
pub struct AccountSettings;

/// The properties of `AWS::ECS::AccountSettings`, which CloudFormation does not have. One that is left out stays as it is.
///
/// A user or role can have values of its own, which count before these. What GuardDuty sets (`guardDutyActivate`) ECS lets nobody
/// else change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether new instances have room for more tasks with addresses of their own: `enabled` or `disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awsvpc_trunking: Option<String>,
    /// Of new clusters that say nothing: `enhanced`, `enabled` or `disabled`. CloudWatch bills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_insights: Option<String>,
    /// Whether containers wait for their log, `blocking`, or lose lines, `non-blocking`, where a definition says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_log_driver_mode: Option<String>,
    /// Whether tasks of Fargate encrypt as FIPS 140 asks, in the regions that have it: `enabled` or `disabled`.
    #[serde(default, rename = "FargateFIPSMode", skip_serializing_if = "Option::is_none")]
    pub fargate_fips_mode: Option<String>,
    /// Days after the notice until AWS replaces tasks of Fargate whose platform it retires: `0`, `7` or `14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fargate_task_retirement_wait_period: Option<String>,
    /// Whether who makes a thing with tags needs the right to tag: `on` or `off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_resource_authorization: Option<String>,
}

const SWITCH: &[&str] = &["enabled", "disabled"];

/// One of them.
struct Part<'a> {
    property: &'static str,
    /// ECS's name for it.
    name: &'static str,
    value: Option<&'a str>,
    /// What it may be (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html).
    values: &'static [&'static str],
}

impl<'a> Part<'a> {
    fn of(property: &'static str, name: &'static str, value: Option<&'a str>, values: &'static [&'static str]) -> Self {
        Self { property, name, value, values }
    }
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ECS::AccountSettings
    name: containers
    properties:
      AwsvpcTrunking: disabled
      ContainerInsights: enhanced
      DefaultLogDriverMode: blocking
      FargateFIPSMode: disabled
      FargateTaskRetirementWaitPeriod: '7'
      TagResourceAuthorization: 'on'
";

const CHANGED: &str = "
resources:
  - type: AWS::ECS::AccountSettings
    name: containers
    properties:
      AwsvpcTrunking: enabled
      ContainerInsights: enabled
      DefaultLogDriverMode: non-blocking
      FargateFIPSMode: enabled
      FargateTaskRetirementWaitPeriod: '14'
      TagResourceAuthorization: 'off'
";

impl Kind for AccountSettings {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        sole: Some(Sole::OfRegion),
        nameless: &["ecs:PutAccountSettingDefault"],
        several_calls: true,
        deletion_disruption: Disruption::None,
        left_as: Some("ECS goes on with these values"),
        cloudformation: CloudFormation::NONE,
        ..Facts::of(Essentials {
            kind: "AWS::ECS::AccountSettings",
            is_global: false,
            indexed_as: Some(setting::INDEXED_AS),
            reference: "Mark",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ecs:ListAccountSettings", setting::READ],
                create: &[setting::CREATE[0], setting::CREATE[1], "ecs:PutAccountSettingDefault"],
                update: &["ecs:PutAccountSettingDefault"],
                retag: setting::RETAG,
                delete: &[setting::DELETE],
                on: &[setting::ON[0], setting::ON[1], ("ecs:PutAccountSettingDefault", &[On::Everything])],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        setting::list(reader, scope).await
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        setting::create(writer, spec, tags).await
    }

    async fn update(writer: &Writer, _: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        setting::update(writer, spec, changes).await
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        setting::retag(writer, bearer, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        setting::delete(writer, live).await
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is = |path: &str, value: &str| {
            fields.iter().any(|field| field.path == format!("/{path}")) && desired[path] == value
        };
        let told = [
            (is("TagResourceAuthorization", "on"), "who makes a thing with tags is refused without ecs:TagResource"),
            (is("AwsvpcTrunking", "enabled"), "instances that run keep the room they have: start them anew"),
        ];
        told.into_iter().filter(|(is_said, _)| *is_said).map(|(_, text)| text.to_owned()).collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let wrong = spec.parts().into_iter().filter_map(|part| {
            let value = part.value.filter(|value| !part.values.contains(value))?;
            let text = format!("is `{value}`, and not one of {}", part.values.join(", "));
            Some(Mistake::new(format!("/{}", part.property), text))
        });
        wrong.collect()
    }
}

impl Setting for AccountSettings {
    const NAME: &'static str = "ecs";
    const WHAT: &'static str = "the settings of ECS";

    /// Of the account itself: asked for without a principal, ECS tells the caller's own values before those.
    async fn read(reader: &Reader) -> Result<Read<Spec>> {
        let root = format!("arn:{}:iam::{}:root", partition(reader.region()), reader.account());
        let call = reader.ecs().list_account_settings().effective_settings(true).principal_arn(root);
        let all = call.into_paginator().page_size(PAGE).items().send().collect::<Result<Vec<_>, _>>().await?;
        let told = all.iter().filter_map(|one| Some((one.name()?.as_str().to_owned(), one.value()?.to_owned())));
        Ok(Read { spec: Spec::read(&told.collect()), unmodelled: Vec::new() })
    }

    async fn write(writer: &Writer, spec: &Spec, changes: Option<&Changes>) -> Result<()> {
        for Part { property, name, value, .. } in spec.parts() {
            let is_due = changes.is_none_or(|changes| changes.touches(&format!("/{property}")));
            if let Some(value) = value.filter(|_| is_due) {
                let call = writer.ecs().put_account_setting_default().name(SettingName::from(name)).value(value);
                call.send().await?;
            }
        }
        Ok(())
    }

    async fn leave(_: &Writer, _: &Spec) -> Result<String> {
        Ok("they stay as they are, and nobody looks after them any more".to_owned())
    }
}

impl Spec {
    /// From ECS's values by its names.
    fn read(told: &BTreeMap<String, String>) -> Self {
        let value = |name: &str| told.get(name).cloned();
        Self {
            awsvpc_trunking: value("awsvpcTrunking"),
            container_insights: value("containerInsights"),
            default_log_driver_mode: value("defaultLogDriverMode"),
            fargate_fips_mode: value("fargateFIPSMode"),
            fargate_task_retirement_wait_period: value("fargateTaskRetirementWaitPeriod"),
            tag_resource_authorization: value("tagResourceAuthorization"),
        }
    }

    fn parts(&self) -> [Part<'_>; 6] {
        [
            Part::of("AwsvpcTrunking", "awsvpcTrunking", self.awsvpc_trunking.as_deref(), SWITCH),
            Part::of(
                "ContainerInsights",
                "containerInsights",
                self.container_insights.as_deref(),
                &["enhanced", "enabled", "disabled"],
            ),
            Part::of(
                "DefaultLogDriverMode",
                "defaultLogDriverMode",
                self.default_log_driver_mode.as_deref(),
                &["blocking", "non-blocking"],
            ),
            Part::of("FargateFIPSMode", "fargateFIPSMode", self.fargate_fips_mode.as_deref(), SWITCH),
            Part::of(
                "FargateTaskRetirementWaitPeriod",
                "fargateTaskRetirementWaitPeriod",
                self.fargate_task_retirement_wait_period.as_deref(),
                &["0", "7", "14"],
            ),
            Part::of(
                "TagResourceAuthorization",
                "tagResourceAuthorization",
                self.tag_resource_authorization.as_deref(),
                &["on", "off"],
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn every_property_is_read_by_ecss_name_and_sent_by_its_own() {
        let none: Spec = from_value(json!({})).unwrap();
        let told = none.parts().map(|part| (part.name.to_owned(), part.values[0].to_owned())).into_iter().collect();
        let spec = Spec::read(&told);
        let properties = to_value(&spec).unwrap();
        for part in spec.parts() {
            assert_eq!(part.value, Some(part.values[0]), "{}", part.property);
            assert_eq!(properties[part.property], part.values[0]);
        }
        assert_eq!(properties.as_object().map(serde_json::Map::len), Some(spec.parts().len()));
        assert_eq!(Spec::read(&BTreeMap::new()), none);
    }

    #[test]
    fn a_value_that_ecs_does_not_have_is_a_mistake() {
        let wrong = |properties: Value| {
            let mistakes = AccountSettings::check(&from_value(properties).unwrap());
            mistakes.into_iter().map(|mistake| mistake.path).collect::<Vec<_>>()
        };
        assert!(wrong(json!({ "ContainerInsights": "enhanced" })).is_empty());
        assert_eq!(wrong(json!({ "ContainerInsights": "on" })), ["/ContainerInsights"]);
        assert_eq!(wrong(json!({ "FargateTaskRetirementWaitPeriod": "3" })), ["/FargateTaskRetirementWaitPeriod"]);
        assert!(from_value::<Spec>(json!({ "GuardDutyActivate": "on" })).is_err(), "it is GuardDuty's");
    }

    #[test]
    fn a_reviewer_hears_who_is_refused_and_what_has_to_start_anew() {
        let told = |path: &str, value: &str| {
            let field = FieldDiff { path: format!("/{path}"), before: None, after: None };
            AccountSettings::advice(&json!({}), &json!({ path: value }), &[field])
        };
        assert!(told("TagResourceAuthorization", "on")[0].contains("ecs:TagResource"));
        assert!(told("AwsvpcTrunking", "enabled")[0].contains("start them anew"));
        assert!(told("AwsvpcTrunking", "disabled").is_empty());
    }
}
