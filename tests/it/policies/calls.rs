//! Calls, as the sandbox's server records them of an account that is watched, and what IAM would be asked about each.

use std::collections::BTreeMap;

use provision::aws::action_of;
use provision::resource::glob;
use serde_json::{Map, Value};

use super::authorization::{self, Type};
use super::evaluator::Question;
use crate::sandbox::control;

/// What AWS gives, of types that a call names beside what it is about.
const GIVEN: &[(&str, &str)] = &[("og", "default:aurora"), ("pg", "default.aurora"), ("cluster-pg", "default.aurora")];

/// What a call makes that the reference does not list among its resources.
const MADE: &[(&str, &str)] = &[
    ("acm:RequestCertificate", "certificate/new"),
    ("cloudfront:CreateDistribution", "distribution/new"),
    ("cloudfront:CreateVpcOrigin", "vpcorigin/new"),
    ("elasticfilesystem:CreateAccessPoint", "access-point/new"),
    ("elasticfilesystem:CreateFileSystem", "file-system/new"),
    ("elasticloadbalancing:CreateListener", "listener/app/new/1/2"),
    ("elasticloadbalancing:CreateRule", "listener-rule/app/new/1/2/3"),
    ("kms:CreateKey", "key/new"),
    ("rds:CreateDBProxy", "db-proxy:new"),
];

/// The action that a service asks about as well when something is made with tags, and whether it tells the call.
const TAGGING: &[(&str, &str, bool)] = &[
    ("acm", "AddTagsToCertificate", false),
    ("application-autoscaling", "TagResource", false),
    ("cloudfront", "TagResource", false),
    ("ec2", "CreateTags", true),
    ("ecr", "TagResource", false),
    ("ecs", "TagResource", true),
    ("elasticache", "AddTagsToResource", false),
    ("elasticfilesystem", "TagResource", false),
    ("elasticloadbalancing", "AddTags", true),
    ("es", "AddTags", false),
    ("iam", "TagRole", false),
    ("kms", "TagResource", false),
    ("logs", "TagResource", false),
    ("rds", "AddTagsToResource", false),
    ("scheduler", "TagResource", false),
    ("s3", "TagResource", false),
    ("secretsmanager", "TagResource", false),
    ("ses", "TagResource", false),
    ("sns", "TagResource", false),
    ("sqs", "TagQueue", false),
    ("ssm", "AddTagsToResource", false),
    ("wafv2", "TagResource", false),
];

/// Who assumes a role that a call names.
const PASSED: &[(&str, &str)] = &[
    ("ec2:CreateFlowLogs", "vpc-flow-logs.amazonaws.com"),
    ("ecs:CreateService", "ecs.amazonaws.com"),
    ("ecs:RegisterTaskDefinition", "ecs-tasks.amazonaws.com"),
    ("ecs:UpdateService", "ecs.amazonaws.com"),
    ("rds:CreateDBInstance", "monitoring.rds.amazonaws.com"),
    ("rds:CreateDBProxy", "rds.amazonaws.com"),
    ("rds:ModifyDBInstance", "monitoring.rds.amazonaws.com"),
    ("rds:ModifyDBProxy", "rds.amazonaws.com"),
    ("scheduler:CreateSchedule", "scheduler.amazonaws.com"),
    ("scheduler:UpdateSchedule", "scheduler.amazonaws.com"),
    ("sns:CreateTopic", "sns.amazonaws.com"),
    ("sns:SetTopicAttributes", "sns.amazonaws.com"),
];

/// Calls that name a role and pass it to nobody: it is let in.
const LET_IN: &[&str] = &["es:CreateDomain", "es:UpdateDomainConfig"];

/// The call that makes a service's own role, and its parameter for the service.
const LINKED: &str = "iam:CreateServiceLinkedRole";
const SERVICE: &str = "AWSServiceName";

/// A changing call.
#[derive(Debug)]
pub struct Change {
    /// `ec2:CreateVpc`.
    pub action: String,
    account: String,
    region: String,
    parameters: Map<String, Value>,
    tags: BTreeMap<String, String>,
    /// The things that it names, by ARN, with their tags.
    things: BTreeMap<String, BTreeMap<String, String>>,
}

/// Has the server record what the account's calls name, from now on.
pub async fn watch(url: &str, account: &str) {
    assert_eq!(control(url, "POST", &format!("watch/{account}"), &Value::Null).await.0, 200);
}

/// The changing calls of a watched account.
pub async fn changes(url: &str, account: &str) -> Vec<Change> {
    let (_, body) = control(url, "GET", "calls", &Value::Null).await;
    let all: Value = serde_json::from_str(&body).expect("JSON");
    let mine = all["calls"].as_array().expect("a list").iter().filter(|call| call["account"] == account);
    mine.filter(|call| call["asked"].is_object()).map(Change::of).collect()
}

impl Change {
    fn of(call: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let service = match call["service"].as_str().expect("a service") {
            "efs" => "elasticfilesystem",
            "elbv2" => "elasticloadbalancing",
            "opensearch" => "es",
            "sesv2" => "ses",
            other => other,
        };
        let asked = &call["asked"];
        Self {
            // IAM knows one action for both calls.
            action: action_of(&format!("{service}:{}", text(&call["operation"])))
                .replace("DistributionWithTags", "Distribution"),
            account: text(&call["account"]),
            region: text(&call["region"]),
            parameters: asked["parameters"].as_object().expect("an object").clone(),
            tags: serde_json::from_value(asked["tags"].clone()).expect("texts"),
            things: serde_json::from_value(asked["things"].clone()).expect("texts"),
        }
    }

    /// All that IAM is asked about: the call is allowed if all of it is.
    pub fn questions(&self) -> Vec<Question> {
        let row = authorization::of(&self.action).unwrap_or_else(|| panic!("authorization.txt has no {}", self.action));
        let made = row.types.iter().find(|one| one.is_made).or(row.types.first());
        let mut all: Vec<_> = row.types.iter().flat_map(|one| self.about(one, made)).collect();
        match row.types.first() {
            Some(first) if all.is_empty() => all.push(self.about_new(first, made)),
            None => all.push(self.question(&self.action, "*", &[("aws:RequestTag", &self.tags)])),
            _ => {}
        }
        all.extend(self.tagging(&all));
        all.extend(self.passing());
        all
    }

    /// About each thing of this type that the call names, or about the one that it makes or that AWS gives.
    fn about(&self, one: &Type, made: Option<&Type>) -> Vec<Question> {
        let there: Vec<_> = self.things.iter().filter(|(arn, _)| glob::matches(&one.arn, arn)).collect();
        if there.is_empty() {
            let is_asked = one.is_required || (one.is_made && !self.is_tagging());
            return Vec::from_iter(is_asked.then(|| self.about_new(one, made)));
        }
        let nothing = BTreeMap::new();
        let written = if self.is_tagging() { &self.tags } else { &nothing };
        let known = |(arn, tags): (&String, &BTreeMap<String, String>)| {
            self.question(&self.action, arn, &[("aws:ResourceTag", tags), ("aws:RequestTag", written)])
        };
        there.into_iter().map(known).collect()
    }

    /// Only what the call makes gets its tags.
    fn about_new(&self, one: &Type, made: Option<&Type>) -> Question {
        let text = |key: &str| self.parameters.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_made = made.is_some_and(|made| made.name == one.name);
        let given = GIVEN.iter().find(|(name, _)| *name == one.name && !is_made).map(|(_, name)| *name);
        let parts: Vec<_> = one.arn.splitn(6, ':').collect();
        let end = match one.name.as_str() {
            "role" if self.action == LINKED => format!("role/aws-service-role/{0}/{0}", text(SERVICE)),
            "role" => format!("role{}{}", text("Path"), text("RoleName")),
            "alias" => text("AliasName"),
            "schedule" => format!("schedule/{}/{}", text("GroupName"), text("path.2")),
            "function" => format!("function/{}", text("CreateFunctionRequest.Name")),
            "bucket" => text("Bucket"),
            "object" => text("Key"),
            "parameter" => format!("parameter/{}", text("Name").trim_start_matches('/')),
            _ => parts[5].replace('*', given.unwrap_or("new")),
        };
        let tags = if is_made { self.tags.clone() } else { BTreeMap::new() };
        let mut question = self.question(&self.action, &self.arn(parts[2], &end), &[("aws:RequestTag", &tags)]);
        if self.action == LINKED {
            question.context.insert(format!("iam:{SERVICE}"), text(SERVICE));
        }
        question
    }

    /// What makes something with tags is asked whether it may tag, too.
    fn tagging(&self, asked: &[Question]) -> Option<Question> {
        let made = MADE.iter().find(|(action, _)| *action == self.action).map(|(_, end)| self.arn(self.service(), end));
        let is_new = |question: &&Question| question.context.keys().any(|key| key.starts_with("aws:RequestTag/"));
        let made = made.or_else(|| Some(asked.iter().find(is_new)?.resource.clone()))?;
        let (service, action, tells) = TAGGING.iter().find(|(service, ..)| *service == self.service())?;
        let action = if self.action.ends_with("InstanceProfile") { "TagInstanceProfile" } else { action };
        if self.tags.is_empty() || self.is_tagging() {
            return None;
        }
        let mut question = self.question(&format!("{service}:{action}"), &made, &[("aws:RequestTag", &self.tags)]);
        if *tells {
            let call = self.action.split(':').nth(1).expect("a call").to_owned();
            question.context.insert(format!("{service}:CreateAction"), call);
        }
        Some(question)
    }

    /// A role that is named to a service is passed to it.
    fn passing(&self) -> Vec<Question> {
        let is_named = |arn: &&String| self.parameters.values().any(|value| value == arn.as_str());
        let is_passed = self.service() != "iam" && !LET_IN.contains(&self.action.as_str());
        let roles = self.things.keys().filter(|arn| is_passed && arn.contains(":role/")).filter(is_named);
        let service = || PASSED.iter().find(|(action, _)| *action == self.action).map(|(_, service)| *service);
        let question = |role: &String| {
            let to = service().unwrap_or_else(|| panic!("{} names a role: to whom does it pass it?", self.action));
            let context = BTreeMap::from([("iam:PassedToService".to_owned(), to.to_owned())]);
            Question { action: "iam:PassRole".into(), resource: role.clone(), context }
        };
        roles.map(question).collect()
    }

    fn question(&self, action: &str, resource: &str, tags: &[(&str, &BTreeMap<String, String>)]) -> Question {
        let one = |(by, tags): &(&str, &BTreeMap<String, String>)| {
            let by = (*by).to_owned();
            tags.iter().map(move |(tag, value)| (format!("{by}/{tag}"), value.clone())).collect::<Vec<_>>()
        };
        let context = tags.iter().flat_map(one).collect();
        Question { action: action.to_owned(), resource: resource.to_owned(), context }
    }

    fn service(&self) -> &str {
        self.action.split(':').next().expect("a service")
    }

    fn is_tagging(&self) -> bool {
        TAGGING.iter().any(|(service, action, _)| self.action == format!("{service}:{action}"))
    }

    fn arn(&self, service: &str, end: &str) -> String {
        match service {
            "cloudfront" | "iam" => format!("arn:aws:{service}::{}:{end}", self.account),
            "s3" | "route53" => format!("arn:aws:{service}:::{end}"),
            _ => format!("arn:aws:{service}:{}:{}:{end}", self.region, self.account),
        }
    }
}
