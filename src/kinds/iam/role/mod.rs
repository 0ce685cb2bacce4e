mod read;
mod write;

use aws_sdk_iam::types::{SummaryKeyType, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::iam;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::text::given;
use crate::resource::normal::{self, PolicyDocument, Set};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind,
    Listing, Made, Mistake, Name, NameConflict, NameRule, OPEN, On, Permissions, Quota, Replacement, Result, Scope,
    State, Tags, Turn, Unseen,
};
use read::{details, found, traits};
use write::{adopt, bound, equip, outputs, strip, trust, update_inline, update_managed};

/// The longest name of a role.
const MAX_NAME: usize = 64;
/// The most letters of a role's inline policies together, blanks not counted
/// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const INLINE: usize = 10_240;
/// What passes by itself: a principal made moments ago is not visible yet, or two changes of one role meet.
const TRANSIENT: &[Class] = &[Class::Propagating, Class::Conflict];

/// A role with its policies; attached and inline policies that the template does not name are drift.
pub struct Role;

/// The properties of `AWS::IAM::Role`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Who may assume it.
    pub assume_role_policy_document: PolicyDocument,
    #[serde(default)]
    pub description: String,
    /// ARNs of the managed policies, exactly these.
    #[serde(default)]
    pub managed_policy_arns: Set<String>,
    /// Seconds; 3600 to 43200.
    #[serde(default = "default_session")]
    pub max_session_duration: i32,
    /// `/`, or `/provision/<tenant>/<environment>/`.
    #[serde(default = "default_path")]
    pub path: String,
    /// The ARN of the policy that bounds all others; empty for none.
    #[serde(default)]
    pub permissions_boundary: String,
    /// The inline policies, exactly these.
    #[serde(default)]
    pub policies: Vec<Policy>,
}

/// An inline policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    pub policy_name: String,
    pub policy_document: PolicyDocument,
}

/// The return values of `AWS::IAM::Role`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub role_id: String,
    pub role_name: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = r#"
resources:
  - type: AWS::IAM::Role
    name: task
    properties:
      Description: What the tasks may do
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: ecs-tasks.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: arn:aws:sqs:us-east-1:123456789012:orders
"#;

const CHANGED: &str = r#"
resources:
  - type: AWS::IAM::Role
    name: task
    properties:
      Description: What the workers may do
      MaxSessionDuration: 7200
      PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess
      ManagedPolicyArns: [arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: [ecs-tasks.amazonaws.com, lambda.amazonaws.com] }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage]
                Resource: arn:aws:sqs:us-east-1:123456789012:orders
"#;

impl Kind for Role {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Path"],
        replacement: Replacement::DeleteFirst,
        keyed: &[("/Policies", "PolicyName")],
        deferrable: &["/Policies"],
        grants: &["/AssumeRolePolicyDocument", "/ManagedPolicyArns", "/PermissionsBoundary", "/Policies"],
        several_calls: true,
        prunes: &["/AssumeRolePolicyDocument", "/Policies"],
        preflight_reads: &["iam:GetAccountSummary"],
        quotas: &[Quota::new("iam", "L-FE177D64", "Roles per account").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::IAM::Role",
            is_global: true,
            indexed_as: None,
            reference: "RoleName",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("RoleName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::IAM::RolePolicy", Detection::Compared("/Policies")),
                Attachable::new("AWS::IAM::ManagedPolicy", Detection::Compared("/ManagedPolicyArns")),
                Attachable::new("PermissionsBoundary", Detection::Compared("/PermissionsBoundary")),
                Attachable::new("AWS::IAM::InstanceProfile", Detection::Listed),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["iam:GetAccountAuthorizationDetails", "iam:ListRoles"],
                create: &[
                    "iam:CreateRole",
                    "iam:GetRole",
                    "iam:TagRole",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:PutRolePolicy",
                    "iam:AttachRolePolicy",
                ],
                update: &[
                    "iam:UpdateRole",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:PutRolePolicy",
                    "iam:DeleteRolePolicy",
                    "iam:AttachRolePolicy",
                    "iam:DetachRolePolicy",
                    "iam:PutRolePermissionsBoundary",
                    "iam:DeleteRolePermissionsBoundary",
                ],
                retag: &["iam:TagRole", "iam:UntagRole"],
                delete: &[
                    "iam:DeleteRole",
                    "iam:ListRolePolicies",
                    "iam:DeleteRolePolicy",
                    "iam:ListAttachedRolePolicies",
                    "iam:DetachRolePolicy",
                    "iam:ListInstanceProfilesForRole",
                    "iam:RemoveRoleFromInstanceProfile",
                ],
                on: &[("iam:RemoveRoleFromInstanceProfile", &[On::Any("instance-profile/*")])],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let all = reader.once("iam:role-details", details(reader)).await?;
        let mut listing = Listing::default();
        let mut ours = Vec::new();
        for role in all.iter() {
            let (name, tags) = (role.role_name().unwrap_or_default(), tag::read(role.tags()));
            let id = role.arn().unwrap_or(name);
            if scope.owns(id, &tags) {
                ours.push((role, tags));
            } else if scope.may_own(name, MAX_NAME) {
                listing.name_conflicts.push(NameConflict { id: id.to_owned(), name: name.to_owned(), tags });
            }
        }
        if ours.is_empty() {
            return Ok(listing);
        }
        let traits = reader.once("iam:role-traits", traits(reader)).await?;
        for (role, tags) in ours {
            let arn = role.arn().unwrap_or_default();
            if let Some(traits) = traits.get(arn) {
                listing.found.push(found(role, tags, traits));
            } else {
                let what = "IAM shows its policies, and not its description yet: run the command again";
                let failure = Failure::new(Class::NotFound, what);
                listing.unseen.push(Unseen { id: arn.to_owned(), tags: Some(tags), failure });
            }
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        iam::in_use(reader, &SummaryKeyType::Roles).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = writer
            .iam()
            .create_role()
            .role_name(name)
            .path(&spec.path)
            .assume_role_policy_document(spec.assume_role_policy_document.to_string())
            .set_description(given(&spec.description))
            .max_session_duration(spec.max_session_duration)
            .set_permissions_boundary(given(&spec.permissions_boundary))
            .set_tags(tag::write(tags));
        let outputs = match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
            Ok(answer) => outputs(answer.role()),
            Err(failure) if failure.is(Class::AlreadyExists) => adopt(writer, name, spec, tags).await?,
            Err(failure) => return Err(failure),
        };
        equip(writer, name, spec).await?;
        Ok(Made { id: outputs.arn.clone(), outputs, state: State::Ready })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let name = live.outputs.role_name.as_str();
        // The boundary first and what it bounds after it, so that no moment grants more than intended.
        if changes.touches("/PermissionsBoundary") {
            bound(writer, name, &spec.permissions_boundary).await?;
        }
        if changes.touches_any(&["/Description", "/MaxSessionDuration"]) {
            let call = writer.iam().update_role().role_name(name).description(&spec.description);
            let call = call.max_session_duration(spec.max_session_duration);
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
        }
        if changes.touches("/AssumeRolePolicyDocument") {
            trust(writer, name, &spec.assume_role_policy_document).await?;
        }
        update_inline(writer, live, spec, changes).await?;
        if changes.touches("/ManagedPolicyArns") {
            update_managed(writer, live, spec).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let name = &bearer.outputs.role_name;
        let add = async |tags: Vec<Tag>| {
            let call = writer.iam().tag_role().role_name(name).set_tags(Some(tags));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        let remove = async |keys| {
            let call = writer.iam().untag_role().role_name(name).set_tag_keys(Some(keys));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        // To IAM a key is the same in any case: what is set takes the place of its other spelling.
        let is_set = |key: &&String| set.iter().any(|(other, _)| other.to_lowercase() == key.to_lowercase());
        let unset: Vec<_> = unset.iter().filter(|key| !is_set(key)).cloned().collect();
        tag::change((set, &unset), add, remove).await
    }

    /// A boundary takes away from a role that had none; of two, nobody knows which allows more.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        match path {
            "/PermissionsBoundary" => (before == "").then(|| before.clone()),
            _ => normal::union(path, before, after),
        }
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let name = &live.outputs.role_name;
        let call = writer.iam().delete_role().role_name(name);
        let is_transient = |failure: &Failure| failure.is(Class::Busy) || failure.is(Class::Conflict);
        // A list may show nothing for a moment after something else was removed: what still holds the role is looked for
        // again.
        let take = || async {
            strip(writer, name).await?;
            Ok(call.clone().send().await.map(drop)?)
        };
        gone(retry(2 * MINUTE, is_transient, take).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let session = ("/MaxSessionDuration", spec.max_session_duration, 3600, 43_200);
        let mut mistakes: Vec<_> = Mistake::outside([session], " seconds").collect();
        let mut mistake = |at: &str, what: String| mistakes.push(Mistake::new(at, what));
        if !spec.path.starts_with('/') || !spec.path.ends_with('/') {
            mistake("/Path", format!("is `{}`, but has to begin and end with a slash", spec.path));
        }
        let arns = spec.managed_policy_arns.iter().map(|arn| ("/ManagedPolicyArns", arn));
        let boundary = Some(("/PermissionsBoundary", &spec.permissions_boundary)).filter(|(_, arn)| !arn.is_empty());
        for (at, arn) in arns.chain(boundary).filter(|(_, arn)| !arn.starts_with("arn:") && !arn.contains(OPEN)) {
            mistake(at, format!("`{arn}` is not a policy's ARN"));
        }
        let texts: Vec<_> = spec.policies.iter().map(|policy| policy.policy_document.to_string()).collect();
        let letters: usize = texts.iter().map(String::len).sum();
        // A reference is longer or shorter than what it will be.
        if letters > INLINE && !texts.iter().any(|text| text.contains(OPEN)) {
            mistake("/Policies", format!("are {letters} letters together, and IAM takes {INLINE}"));
        }
        mistakes
    }
}

fn default_session() -> i32 {
    3600
}

fn default_path() -> String {
    "/".to_owned()
}
