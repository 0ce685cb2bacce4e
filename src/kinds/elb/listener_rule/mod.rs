mod priority;

use aws_sdk_elasticloadbalancingv2::types::Rule as Description;
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::priority::Room;
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::elb;
use crate::kinds::elb::action::{self, Actions, redirects_to_https};
use crate::kinds::elb::condition::Conditions;
use crate::kinds::elb::listener::Listener;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{
    Address, Attached, Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, Neighbours, On, Permissions, Ref, Replacement, Result, Scope, State, Tags, Turn,
    Unmodelled,
};

/// Where it is told that somebody had a rule rewrite what is asked, for an update to take away.
const TRANSFORMS: &str = "/Transforms";

/// Which requests of a listener go where.
pub struct ListenerRule;

/// The properties of `AWS::ElasticLoadBalancingV2::ListenerRule`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub listener_arn: Ref<Listener>,
    /// The lowest that applies wins; unique on the listener.
    #[schemars(range(min = 1, max = 50000))]
    pub priority: i32,
    pub conditions: Conditions,
    pub actions: Actions,
}

/// The return values of `AWS::ElasticLoadBalancingV2::ListenerRule`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub rule_arn: String,
    pub is_default: bool,
    /// The listener it is on now; not a return value of CloudFormation's.
    #[serde(skip)]
    listener: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/private-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    name: app
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", TargetType: ip, Protocol: HTTP, Port: 8080 }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: HTTP
      DefaultActions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"404\", ContentType: text/plain }
  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: app
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: 10
      Conditions:
        - { Field: path-pattern, PathPatternConfig: { Values: [/app, /app/*] } }
      Actions:
        - { Type: forward, TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/app') }}\" }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: private-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: private-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: internal
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/private-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/private-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    name: app
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", TargetType: ip, Protocol: HTTP, Port: 8080 }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: HTTP
      DefaultActions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"404\", ContentType: text/plain }
  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: app
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: 20
      Conditions:
        - { Field: path-pattern, PathPatternConfig: { Values: [/app, /app/*] } }
        - { Field: host-header, HostHeaderConfig: { Values: [www.example.com] } }
      Actions:
        - Type: forward
          ForwardConfig:
            TargetGroups: [{ TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/app') }}\" }]
            TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 3600 }
";

impl Kind for ListenerRule {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        put_semantics: true,
        unique_key: &["/ListenerArn", "/Priority"],
        create_only: &["/ListenerArn"],
        grants: &["/Actions"],
        sensitive: &["/Conditions/*/HttpHeaderConfig/Values"],
        write_only: &["/Actions/*/AuthenticateOidcConfig/ClientSecret"],
        // As the listener: its target groups can't be another load balancer's at the same time.
        replacement: Replacement::DeleteFirst,
        prunes: &["/Actions", "/Conditions", TRANSFORMS],
        ..Facts::of(Essentials {
            kind: "AWS::ElasticLoadBalancingV2::ListenerRule",
            is_global: false,
            indexed_as: Some("elasticloadbalancing"),
            reference: "RuleArn",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTags",
                    "ec2:DescribeVpcs",
                ],
                create: &[
                    "elasticloadbalancing:CreateRule",
                    "elasticloadbalancing:AddTags",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTags",
                    "elasticloadbalancing:ModifyRule",
                    "elasticloadbalancing:SetRulePriorities",
                    "secretsmanager:GetSecretValue",
                ],
                update: &[
                    "elasticloadbalancing:ModifyRule",
                    "elasticloadbalancing:SetRulePriorities",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTags",
                    "secretsmanager:GetSecretValue",
                ],
                retag: &["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
                delete: &["elasticloadbalancing:DeleteRule"],
                on: &[
                    ("elasticloadbalancing:AddTags", &[On::Ours, On::MadeBy("CreateRule")]),
                    ("secretsmanager:GetSecretValue", &[On::InYaml("secret:")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let listeners = elb::listeners(reader, scope).await?;
        // A listener of ours has our rules whoever tagged it: all of the scope's load balancers' listeners are asked.
        let arns = listeners.seen.iter().filter_map(|one| one.item.listener_arn());
        let reads = arns.map(|arn| async move {
            let call = reader.elb().describe_rules().listener_arn(arn).page_size(elb::PAGE);
            let read = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
            let on_it = |rules: Vec<Description>| rules.into_iter().map(|rule| (arn.to_owned(), rule)).collect();
            (arn.to_owned(), read.map(on_it).map_err(Failure::from))
        });
        let (mut all, unseen): (Vec<(String, Description)>, _) = elb::gather(join_all(reads).await);
        // The default rule is the listener's.
        all.retain(|(_, rule)| rule.is_default() != Some(true));
        let all = elb::with_tags(reader, all, |(_, rule)| rule.rule_arn()).await?;
        let (ours, others): (Vec<_>, Vec<_>) = all.seen.into_iter().partition(|one| {
            let (listener, rule) = &one.item;
            elb::owns(scope, rule.rule_arn(), &one.tags) || scope.requests(listener)
        });
        let attached = others.into_iter().filter_map(|one| {
            let (host, rule) = one.item;
            Some(Attached { id: rule.rule_arn?, host })
        });
        Ok(Listing {
            found: ours.into_iter().map(|one| found(&one.item.0, &one.item.1, one.tags)).collect(),
            attached: attached.collect(),
            unseen: listeners.unseen.iter().cloned().chain(unseen).chain(all.unseen).collect(),
            ..Listing::default()
        })
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let listener = spec.listener_arn.as_str();
        // A minute: the rule in the way may move only when its own step does.
        let attempt = || async {
            match send(writer, spec, tags).await {
                Err(failure) if failure.code == priority::IN_USE => {}
                other => return other,
            }
            match priority::make_room(writer, listener, spec.priority, tags).await? {
                Room::Ours(arn) => modify(writer, &arn, spec, false).await.map(|()| arn),
                Room::Free => send(writer, spec, tags).await,
            }
        };
        let arn = retry(MINUTE, |failure| failure.code == priority::IN_USE, attempt).await?;
        Ok(made(arn, listener))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let listener = &live.outputs.listener;
        if changes.touches("/Priority") {
            priority::set(writer, listener, &live.id, spec.priority, &live.tags).await?;
        }
        if changes.touches_any(&["/Conditions", "/Actions", TRANSFORMS]) {
            modify(writer, &live.id, spec, changes.touches(TRANSFORMS)).await?;
        }
        Ok(Turn::Done(made(live.id.clone(), listener)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elb::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(retry_while(2 * MINUTE, &[Class::Busy], || writer.elb().delete_rule().rule_arn(&live.id).send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// Nobody is sent to HTTPS before it answers there. A rule does not name its load balancer; a stack with several that
    /// redirect waits a little longer than it must.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let is_https = other_spec.get("Protocol").is_some_and(|protocol| protocol == "HTTPS");
        (other.kind == Listener::FACTS.kind && is_https && redirects_to_https(spec.get("Actions"))).then_some("")
    }

    /// Weights are whoever's who shifts traffic between the groups. One that has all of it, before the other is attached, is
    /// ours still.
    fn is_deployed_by_others(path: &str, live: &Value, desired: &Value) -> bool {
        path != "/Actions" || !action::lacks_groups_without_traffic(live, desired)
    }

    fn union(_: &str, before: &Value, after: &Value) -> Option<Value> {
        action::both(before, after)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = spec.conditions.check();
        mistakes.extend(spec.actions.check("/Actions"));
        mistakes
    }
}

async fn send(writer: &Writer, spec: &Spec, tags: &Tags) -> Result<String> {
    let actions = spec.actions.sent(writer).await?;
    let call = || {
        let call = writer
            .elb()
            .create_rule()
            .listener_arn(spec.listener_arn.as_str())
            .priority(spec.priority)
            .set_conditions(Some(spec.conditions.to_sdk()))
            .set_actions(Some(actions.clone()))
            .set_tags(tag::write(tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure);
    let answer = retry(2 * MINUTE, is_transient, call).await.map_err(elb::explain)?;
    elb::arn_in(answer.rules().first().and_then(Description::rule_arn), "CreateRule")
}

/// `resets`: takes away how somebody had it rewrite what is asked, which stays otherwise.
async fn modify(writer: &Writer, arn: &str, spec: &Spec, resets: bool) -> Result<()> {
    let actions = spec.actions.sent(writer).await?;
    let call = || {
        let call = writer.elb().modify_rule().rule_arn(arn).set_reset_transforms(resets.then_some(true));
        let call = call.set_conditions(Some(spec.conditions.to_sdk())).set_actions(Some(actions.clone()));
        async move { Ok(call.send().await.map(drop)?) }
    };
    // The rule itself is not fresh: if it is gone, waiting is of no use.
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure) && failure.code != "RuleNotFound";
    retry(2 * MINUTE, is_transient, call).await.map_err(elb::explain)
}

fn found(listener: &str, rule: &Description, tags: Tags) -> Found<ListenerRule> {
    let arn = rule.rule_arn().unwrap_or_default().to_owned();
    let (conditions, mut unmodelled) = Conditions::read(rule.conditions());
    let (actions, foreign) = Actions::read(rule.actions(), "/Actions");
    unmodelled.extend(foreign);
    if !rule.transforms().is_empty() {
        let text = "it rewrites the host or the URL".to_owned();
        unmodelled.push(Unmodelled { path: TRANSFORMS.into(), text });
    }
    Found {
        name: None,
        spec: Spec {
            listener_arn: listener.into(),
            priority: priority::of(rule).unwrap_or_default(),
            conditions,
            actions,
        },
        outputs: Outputs { rule_arn: arn.clone(), is_default: false, listener: listener.to_owned() },
        id: arn,
        tags,
        state: State::Ready,
        unmodelled,
        external: None,
    }
}

fn made(arn: String, listener: &str) -> Made<ListenerRule> {
    let outputs = Outputs { rule_arn: arn.clone(), is_default: false, listener: listener.to_owned() };
    Made { id: arn, outputs, state: State::Ready }
}
