use std::collections::BTreeSet;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput as Description;
use aws_sdk_secretsmanager::types::{RotationRulesType, SecretListEntry, StatusType};
use futures_util::future::join_all;

use super::spec::{Rotation, RotationRules, named};
use super::{MAX_NAME, Outputs, Secret, Spec};
use crate::aws::{Clients, Reader, TagIndex};
use crate::kinds::kms::key::Key;
use crate::kinds::secretsmanager;
use crate::kinds::shared::named::{self, Sight};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::PolicyDocument;
use crate::resource::{
    Class, Failure, Found, Listing, NameConflict, Ref, Result, Scope, State, Tags, Unmodelled, Unseen, pointer,
};

/// Where copies in other regions are told.
pub(super) const REPLICAS: &str = "/ReplicaRegions";

/// Describes whatever the list or the tag index shows of the scope: the list, with its tags, may be five minutes old.
pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Secret>> {
    let (listed, index) = tokio::try_join!(listed(reader, scope), reader.tag_index(scope))?;
    let indexed = index.arns(":secretsmanager:").map(str::to_owned);
    let all: BTreeSet<String> = indexed.chain(listed.iter().cloned()).collect();
    let looks = all.iter().map(|arn| look(reader, scope, &index, arn, listed.contains(arn)));
    Ok(named::listing(join_all(looks).await))
}

/// The ARNs of all that may be the scope's and is not being deleted.
async fn listed(reader: &Reader, scope: &Scope) -> Result<BTreeSet<String>> {
    let may_be_ours = |one: &SecretListEntry| {
        let [name, arn] = [one.name(), one.arn()].map(Option::unwrap_or_default);
        scope.is_claimed(&tag::read(one.tags())) || scope.may_own(name, MAX_NAME) || scope.requests(arn)
    };
    let all = secretsmanager::secrets(reader, false).await?.into_iter();
    Ok(all.filter(may_be_ours).filter_map(|one| one.arn).collect())
}

async fn look(reader: &Reader, scope: &Scope, index: &TagIndex, arn: &str, is_listed: bool) -> Sight<Secret> {
    let unseen = |tags, failure| Sight::Unseen(Unseen { id: arn.to_owned(), tags, failure });
    let there = match describe(reader, arn).await {
        Ok(Some(there)) => there,
        // The tag index goes on naming what is deleted.
        Ok(None) if !is_listed => return Sight::Gone,
        Ok(None) => return unseen(None, named::only_listed("Secrets Manager")),
        Err(failure) => return unseen(index.get(arn).cloned(), failure),
    };
    if there.deleted_date().is_some() || keeper(&there, reader.region()).is_some() {
        return Sight::Gone;
    }
    let (tags, name) = (tag::read(there.tags()), there.name().unwrap_or_default().to_owned());
    if !scope.owns(arn, &tags) && !scope.requests(&name) {
        return Sight::Foreign(NameConflict { id: arn.to_owned(), name, tags });
    }
    match policy(reader, arn).await {
        Ok(policy) => Sight::Ours(found(&there, policy, tags)),
        Err(failure) => unseen(Some(tags), failure),
    }
}

/// Describes a secret by its ARN or its whole name, also one that waits to be deleted.
pub(super) async fn describe(clients: &Clients, id: &str) -> Result<Option<Description>> {
    match clients.secrets_manager().describe_secret().secret_id(id).send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::NotFound) => Ok(None),
        answer => answer.map(Some),
    }
}

/// The document that is attached to one that is there.
pub(super) async fn policy(clients: &Clients, arn: &str) -> Result<PolicyDocument> {
    let answer = clients.secrets_manager().get_resource_policy().secret_id(arn).send().await?;
    let document = answer.resource_policy().map_or_else(|| Ok(PolicyDocument::default()), PolicyDocument::parse);
    document.map_err(|error| Failure::new(Class::Other, format!("the policy is no JSON: {error}")))
}

/// Who else keeps a secret, whatever tags it bears: a service, or the region that it is a copy of.
pub(super) fn keeper(there: &Description, region: &str) -> Option<String> {
    let service = there.owning_service().map(|service| format!("the service {service} keeps it"));
    let primary = there.primary_region().filter(|primary| *primary != region);
    service.or_else(|| primary.map(|primary| format!("it is a copy of the one in {primary}")))
}

pub(super) fn has_value(there: &Description) -> bool {
    let mut stages = there.version_ids_to_stages().into_iter().flat_map(|versions| versions.values().flatten());
    stages.any(|stage| stage == "AWSCURRENT")
}

/// Without a value nothing can use it.
pub(super) fn state(arn: &str, has_value: bool) -> State {
    let command = format!("⟪aws secretsmanager put-secret-value --secret-id {arn} --secret-string file://value.txt⟫");
    if has_value { State::Ready } else { State::AwaitsAction(format!("its value: `{command}`")) }
}

pub(super) fn found(there: &Description, policy: PolicyDocument, tags: Tags) -> Found<Secret> {
    let arn = there.arn().unwrap_or_default().to_owned();
    let spec = Spec {
        description: there.description().unwrap_or_default().to_owned(),
        generate_secret_string: None,
        kms_key_id: there.kms_key_id().map(|key| whole_key(&arn, key)).unwrap_or_default(),
        policy,
        rotation: rotation(there),
    };
    let state = state(&arn, has_value(there));
    let name = there.name().map(str::to_owned);
    let outputs = Outputs { id: arn.clone() };
    Found { state, unmodelled: unmodelled(there), ..Found::ready(arn, name, spec, outputs, tags) }
}

/// A key by its ARN, also if Secrets Manager tells the id alone: then it is in the secret's account and region.
fn whole_key(secret: &str, key: &str) -> Ref<Key> {
    let parts: Vec<_> = secret.split(':').collect();
    match parts[..] {
        [arn, partition, _, region, account, ..] if !key.contains([':', '/']) => {
            format!("{arn}:{partition}:kms:{region}:{account}:key/{key}").into()
        }
        _ => named(key),
    }
}

/// A rotation that is off is told with all that it was; one that is on may be told without rules.
fn rotation(there: &Description) -> Option<Rotation> {
    let function = there.rotation_lambda_arn().filter(|_| there.rotation_enabled() == Some(true))?;
    Some(Rotation {
        rotate_immediately_on_update: true,
        rotation_lambda_arn: function.to_owned(),
        rotation_rules: there.rotation_rules().map(RotationRules::read).unwrap_or_default(),
    })
}

impl RotationRules {
    /// Beside an expression, the days are what AWS has computed of it.
    fn read(rules: &RotationRulesType) -> Self {
        let days = rules.automatically_after_days().filter(|_| rules.schedule_expression().is_none());
        Self {
            automatically_after_days: days.and_then(|days| days.try_into().ok()),
            duration: rules.duration().map(str::to_owned),
            schedule_expression: rules.schedule_expression().map(str::to_owned),
        }
    }
}

/// What no template can say.
fn unmodelled(there: &Description) -> Vec<Unmodelled> {
    let mut beyond = UnmodelledParts::default();
    beyond.tell("/Type", there.r#type().map(|partner| format!("is a value of {partner}, which keeps it")));
    let role = there.external_secret_rotation_role_arn();
    beyond.tell("/ExternalSecretRotationRoleArn", role.map(|role| format!("{role} makes new values at its partner")));
    let metadata = there.external_secret_rotation_metadata().iter().filter_map(|item| item.key());
    beyond.tell("/ExternalSecretRotationMetadata", metadata.map(|key| format!("{key} is set for its partner")));
    for copy in there.replication_status() {
        let key = copy.kms_key_id().map(|key| format!(" under the key {key}")).unwrap_or_default();
        let has_failed = copy.status() == Some(&StatusType::Failed);
        let why = copy.status_message().filter(|_| has_failed).map(|why| format!(", which failed: {why}"));
        let path = pointer::join(REPLICAS, copy.region().unwrap_or_default());
        beyond.tell(&path, [format!("it is copied there{key}{}", why.unwrap_or_default())]);
    }
    beyond.take()
}
