mod example;
mod group;
mod logging;
mod loosened;
mod read;
mod spec;
mod statement;
mod unmodelled;
mod write;

use std::collections::BTreeMap;

use aws_sdk_wafv2::types as sdk;
use futures_util::future::try_join_all;
use serde_json::Value;

use self::read::get;
use self::spec::{Outputs, Spec};
use self::statement::Statement;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::kinds::shared::{named, tag};
use crate::kinds::wafv2::{self, Summary};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, OPEN, On, Permissions, Result, Scope, State, Tags, Turn, Unmodelled, pointer,
};

/// A web application firewall: rules in front of a load balancer or a distribution.
///
/// What it guards refers to it; it does not know them.
pub struct WebAcl;

/// The property that says where requests are logged to.
const LOGGING: &str = "LoggingConfiguration";

impl Kind for WebAcl {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        additive: &[read::MANAGERS, read::SHIELDS, logging::OF_OTHERS],
        put_semantics: true,
        several_calls: true,
        create_only: &["/Scope"],
        keyed: &[("/Rules", "Name")],
        ignored_after_create: &["/ApplicationConfig"],
        // A header that only the right caller knows is looked for by its value.
        sensitive: &[
            "/DefaultAction/**/CustomRequestHandling",
            "/DefaultAction/**/ResponseHeaders/*/Value",
            "/Rules/*/Action/**/ResponseHeaders/*/Value",
            "/Rules/*/Statement/**/ResponseHeaders/*/Value",
            "/Rules/*/Statement/**/SearchString",
        ],
        updated_outputs: &["Capacity"],
        seconds: 5,
        prunes: &["/**"],
        cloudformation: CloudFormation {
            parts: &[Part::of("AWS::WAFv2::LoggingConfiguration", "Logging", Source::Property(LOGGING), "ResourceArn")
                .by_attribute("Arn")],
            empty_objects_say: true,
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::WAFv2::WebACL",
            is_global: false,
            indexed_as: Some("wafv2"),
            reference: "Ref",
            name: NameRule::Unique { max: wafv2::NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("Rule groups of Firewall Manager", Detection::Additive(read::MANAGERS)),
                Attachable::new("The rule of Shield Advanced", Detection::Additive(read::SHIELDS)),
                Attachable::new("AWS::WAFv2::LoggingConfiguration", Detection::Compared("/LoggingConfiguration")),
                Attachable::new("Logs of AWS's own services", Detection::Additive(logging::OF_OTHERS)),
                Attachable::new(
                    "AWS::WAFv2::WebACLAssociation",
                    Detection::Left("who stands behind it names it, and changes nothing of it"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "wafv2:ListWebACLs",
                    "wafv2:GetWebACL",
                    "wafv2:ListTagsForResource",
                    "wafv2:ListLoggingConfigurations",
                ],
                create: &[
                    "wafv2:CreateWebACL",
                    "wafv2:TagResource",
                    "wafv2:ListWebACLs",
                    "wafv2:GetWebACL",
                    "wafv2:ListTagsForResource",
                    "wafv2:PutLoggingConfiguration",
                    "iam:CreateServiceLinkedRole",
                    "logs:CreateLogDelivery",
                    "logs:DescribeLogGroups",
                    "logs:DescribeResourcePolicies",
                    "logs:PutResourcePolicy",
                ],
                update: &[
                    "wafv2:UpdateWebACL",
                    "wafv2:GetWebACL",
                    "wafv2:PutLoggingConfiguration",
                    "wafv2:DeleteLoggingConfiguration",
                    "iam:CreateServiceLinkedRole",
                    "logs:CreateLogDelivery",
                    "logs:DescribeLogGroups",
                    "logs:DescribeResourcePolicies",
                    "logs:PutResourcePolicy",
                    "logs:DeleteLogDelivery",
                ],
                retag: &["wafv2:TagResource", "wafv2:UntagResource"],
                delete: &[
                    "wafv2:DeleteWebACL",
                    "wafv2:GetWebACL",
                    "wafv2:DeleteLoggingConfiguration",
                    "logs:DeleteLogDelivery",
                ],
                on: &[
                    (
                        "wafv2:CreateWebACL",
                        &[
                            On::Made("*/webacl/*"),
                            On::Ours,
                            On::Any("*/managedruleset/*"),
                            On::Any("*/rulegroup/*"),
                            On::Any("*/regexpatternset/*"),
                        ],
                    ),
                    (
                        "wafv2:UpdateWebACL",
                        &[
                            On::Ours,
                            On::Any("*/managedruleset/*"),
                            On::Any("*/rulegroup/*"),
                            On::Any("*/regexpatternset/*"),
                        ],
                    ),
                    ("wafv2:TagResource", &[On::Ours, On::Untagged("*/webacl/*")]),
                    // Of the log's destination: WAF writes by a role, or by a policy of the log group, which it asks for in
                    // the caller's name.
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("wafv2.amazonaws.com")]),
                    ("logs:CreateLogDelivery", &[On::Everything]),
                    ("logs:DeleteLogDelivery", &[On::Everything]),
                    ("logs:PutResourcePolicy", &[On::Everything]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let scope = sdk::Scope::from(spec.scope.as_str());
        let sent = retry_while(5 * MINUTE, wafv2::TRANSIENT, || async {
            let call = writer.wafv2().create_web_acl().name(name.as_str()).scope(scope.clone());
            let call = call.default_action(write::default_action(&spec.default_action));
            let call = call.visibility_config(write::visibility(&spec.visibility_config));
            let call = call.set_rules(Some(write::rules(spec))).set_description(given(&spec.description));
            let call = call.set_custom_response_bodies(write::bodies(spec)).set_token_domains(write::domains(spec));
            let call = call.set_on_source_d_do_s_protection_config(write::reputation(spec, None));
            let call = call.set_application_config(spec.application_config.as_ref().map(write::application));
            call.set_tags(tag::write(tags)).send().await
        });
        let created = named::create(writer, name.as_str(), spec, tags, async {
            let answer = sent.await?;
            let id = answer.summary().and_then(|summary| summary.id()).unwrap_or_default();
            let (_, outputs, _) = get(writer, name.as_str(), id, &spec.scope).await?;
            Ok(made(outputs))
        });
        let created = created.await?;
        if spec.logging_configuration.is_some() {
            logging::set(writer, &created.outputs.arn, spec.logging_configuration.as_ref()).await?;
        }
        Ok(created)
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let Outputs { name, id, arn, .. } = &live.outputs;
        let is_of_log = |field: &FieldDiff| pointer::covers("/LoggingConfiguration", &field.path);
        if changes.fields().iter().any(is_of_log) {
            logging::set(writer, arn, spec.logging_configuration.as_ref()).await?;
        }
        if changes.fields().iter().all(is_of_log) {
            return Ok(Turn::Done(live.updated()));
        }
        match put(writer, live, spec, &live.outputs).await {
            // The token moves although the content is the same, so what is there now decides.
            Err(failure) if failure.is(Class::Conflict) => {
                let (now, outputs, unmodelled) = get(writer, name, id, &live.spec.scope).await?;
                let parts = lasting(&unmodelled);
                // By an attempt of our own, whose answer was lost.
                let is_done = in_order(&now) == in_order(&unlogged(spec)) && parts.is_empty();
                if !is_done {
                    if now != unlogged(&live.spec) || parts != lasting(&live.unmodelled) {
                        return Err(wafv2::changed(name));
                    }
                    put(writer, live, spec, &outputs).await?;
                }
            }
            sent => sent?,
        }
        let (_, outputs, _) = get(writer, name, id, &spec.scope).await?;
        Ok(Turn::Done(made(outputs)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        wafv2::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let Outputs { name, id, arn, .. } = &live.outputs;
        if live.spec.logging_configuration.is_some() {
            logging::set(writer, arn, None).await?;
        }
        wafv2::delete(|| async {
            let (_, outputs, _) = get(writer, name, id, &live.spec.scope).await?;
            let call = writer.wafv2().delete_web_acl().name(name).id(id).lock_token(outputs.lock_token);
            Ok(call.scope(live.spec.scope.as_str().into()).send().await.map(drop)?)
        })
        .await
        .map(Turn::Done)
    }

    /// CreateWebACL takes all but where it is logged to.
    fn several_calls(desired: &Value) -> bool {
        desired.get(LOGGING).is_some_and(|config| !config.is_null())
    }

    fn advice(live: &Value, desired: &Value, _: &[FieldDiff]) -> Vec<String> {
        loosened::sentences(live, desired)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut priorities = BTreeMap::new();
        for (i, rule) in spec.rules.iter().enumerate() {
            if let Some(other) = priorities.insert(rule.priority, &rule.name) {
                let text = format!("the rule {other} has the priority {} too", rule.priority);
                mistakes.push(Mistake::new(format!("/Rules/{i}/Priority"), text));
            }
            if rule.name.starts_with(read::SHIELD) {
                let text = format!("begins with {}, as the rules of Shield Advanced alone do", read::SHIELD);
                mistakes.push(Mistake::new(format!("/Rules/{i}/Name"), text));
            }
            let is_group = matches!(rule.statement, Statement::ManagedRuleGroup(_) | Statement::RuleGroup(_));
            if is_group != rule.override_action.is_some() || is_group == rule.action.is_some() {
                let text = if is_group {
                    "a rule group takes an OverrideAction (`None: {}` or `Count: {}`) and no Action"
                } else {
                    "a rule takes an Action (`Block: {}`, `Count: {}`, ...) and no OverrideAction"
                };
                mistakes.push(Mistake::new(format!("/Rules/{i}"), text));
            }
        }
        mistakes.extend(bodiless(spec));
        mistakes.extend(spec.logging_configuration.as_ref().map(logging::mistakes).unwrap_or_default());
        mistakes
    }
}

impl Named for WebAcl {
    type Summary = Summary;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Summary>>> {
        let all = try_join_all(wafv2::scopes(reader.region()).iter().map(|scope| acls(reader, scope)));
        Ok(all.await?.into_iter().flatten().collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Summary>, _: &TagIndex) -> Result<Tags> {
        wafv2::tags(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<Summary>, tags: Tags) -> Result<Found<Self>> {
        let Summary { id, scope } = one.summary;
        let (content, logs) =
            tokio::join!(get(reader, &one.name, &id, scope.as_str()), logging::of(reader, &scope, &one.arn));
        let (mut spec, outputs, mut unmodelled) = content?;
        let (log, further) = logs?;
        spec.logging_configuration = log;
        unmodelled.extend(further);
        Ok(Found { unmodelled, ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for WebAcl {
    const WHAT: &'static str = "the web ACL";

    async fn at(writer: &Writer, name: &str, spec: &Spec) -> Result<Option<Listed<Summary>>> {
        let all = acls(writer, &spec.scope.as_str().into()).await?;
        Ok(all.into_iter().find(|acl| acl.name == name))
    }

    async fn made(writer: &Writer, one: Listed<Summary>, spec: &Spec) -> Result<Made<Self>> {
        let (_, outputs, _) = get(writer, &one.name, &one.summary.id, &spec.scope).await?;
        Ok(made(outputs))
    }
}

/// The answers that an action refers to and that are not there.
fn bodiless(spec: &Spec) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    pointer::walk(&serde_json::to_value(spec).unwrap_or_default(), &mut |at, leaf| {
        let key = leaf.as_str().filter(|_| at.ends_with("/CustomResponseBodyKey"));
        if let Some(key) = key.filter(|key| !spec.custom_response_bodies.contains_key(*key) && !key.contains(OPEN)) {
            mistakes.push(Mistake::new(at, format!("CustomResponseBodies has no `{key}`")));
        }
    });
    mistakes
}

/// The web ACLs of one scope.
async fn acls(clients: &Clients, scope: &sdk::Scope) -> Result<Vec<Listed<Summary>>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let call = clients.wafv2().list_web_acls().scope(scope.clone()).limit(wafv2::PAGE);
        let answer = call.set_next_marker(marker).send().await?;
        let acls = answer.web_acls().iter().map(|acl| (acl.name(), acl.id(), acl.arn()));
        all.extend(acls.filter_map(|acl| wafv2::listed(acl, scope)));
        // WAF gives a marker with the last page, too; the page after it is empty.
        marker = answer.next_marker().filter(|_| !answer.web_acls().is_empty()).map(str::to_owned);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// What somebody has changed of ours, without what AWS adds by itself.
fn lasting(unmodelled: &[Unmodelled]) -> Vec<&Unmodelled> {
    let is_added = |one: &&Unmodelled| WebAcl::FACTS.additive.iter().any(|list| pointer::covers(list, &one.path));
    unmodelled.iter().filter(|one| !is_added(one)).collect()
}

/// Sends the whole as it is to be in place of what was read with this token, but for what WAF keeps if it is left out and
/// takes no other of.
async fn put(writer: &Writer, live: &Found<WebAcl>, spec: &Spec, read: &Outputs) -> Result<()> {
    let Outputs { name, id, lock_token, theirs, .. } = read;
    let rules = [write::rules(spec), theirs.clone()].concat();
    let groups = theirs.iter().filter_map(|rule| rule.statement()?.rule_group_reference_statement());
    groups.for_each(|group| writer.admit(group.arn()));
    retry_while(5 * MINUTE, wafv2::TRANSIENT, || async {
        let call = writer.wafv2().update_web_acl().name(name).id(id).scope(spec.scope.as_str().into());
        let call = call.default_action(write::default_action(&spec.default_action));
        let call = call.visibility_config(write::visibility(&spec.visibility_config));
        let call = call.set_rules(Some(rules.clone())).set_description(given(&spec.description));
        let call = call.set_custom_response_bodies(write::bodies(spec)).set_token_domains(write::domains(spec));
        let call = call.set_on_source_d_do_s_protection_config(write::reputation(spec, Some(&live.spec)));
        call.lock_token(lock_token).send().await.map(drop)
    })
    .await
}

/// The content that GetWebACL tells, which says nothing of logs.
fn unlogged(spec: &Spec) -> Spec {
    Spec { logging_configuration: None, ..spec.clone() }
}

/// The same content with its rules in one order: their priorities tell the real one.
fn in_order(spec: &Spec) -> Spec {
    let mut spec = spec.clone();
    spec.rules.sort_by_key(|rule| rule.priority);
    spec
}

fn made(outputs: Outputs) -> Made<WebAcl> {
    Made { id: outputs.arn.clone(), outputs, state: State::Ready }
}

#[cfg(test)]
mod tests;
