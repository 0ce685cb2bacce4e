mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod waiting;
mod write;

use serde_json::Value;

pub use self::spec::{Outputs, Spec};
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ses;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, On, Pending, Permissions, Question, Replacement, Result, Scope, Tags, Turn, key,
};

/// The sort of thing that its ARN names.
const SORT: &str = "identity";

/// A create names a configuration set that was made moments ago.
const FRESH: &[Class] = &[Class::Conflict, Class::NotFound];

/// A domain for which SES sends mail.
///
/// SES sees by three CNAME records whose it is, and signs its mails with keys that these lead to (Easy DKIM).
pub struct EmailIdentity;

impl Kind for EmailIdentity {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/EmailIdentity"],
        replacement: Replacement::CreateFirst,
        // Its records are in somebody's DNS, and those of another one are others.
        stateful: true,
        several_calls: true,
        preflight_reads: &["ses:GetEmailIdentity"],
        ..Facts::of(Essentials {
            kind: "AWS::SES::EmailIdentity",
            is_global: false,
            indexed_as: Some("ses"),
            reference: "EmailIdentity",
            name: NameRule::Assigned { max: 256 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new("EmailIdentityPolicy", Detection::Noted("/Policies"))],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["ses:ListEmailIdentities", "ses:GetEmailIdentity", "ses:GetAccount"],
                create: &[
                    "ses:CreateEmailIdentity",
                    "ses:GetEmailIdentity",
                    "ses:PutEmailIdentityDkimAttributes",
                    "ses:PutEmailIdentityFeedbackAttributes",
                    "ses:PutEmailIdentityMailFromAttributes",
                    "ses:TagResource",
                ],
                update: &[
                    "ses:PutEmailIdentityConfigurationSetAttributes",
                    "ses:PutEmailIdentityDkimAttributes",
                    "ses:PutEmailIdentityDkimSigningAttributes",
                    "ses:PutEmailIdentityFeedbackAttributes",
                    "ses:PutEmailIdentityMailFromAttributes",
                ],
                retag: &["ses:TagResource", "ses:UntagResource"],
                delete: &["ses:DeleteEmailIdentity"],
                on: &[
                    ("ses:CreateEmailIdentity", &[On::Made("identity/*")]),
                    ("ses:TagResource", &[On::Ours, On::Untagged("identity/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = spec.email_identity.as_str();
        let call = write::creation(writer, spec, tags);
        let dkim = match retry_while(MINUTE, FRESH, || call.clone().send()).await {
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = read::describe(writer, name).await?;
                ownership::adopt(&format!("the identity {name}"), &tag::read(there.tags()), tags)?;
                there.dkim_attributes
            }
            answer => answer?.dkim_attributes,
        };
        writer.admit(name);
        for part in write::unlike_new(spec) {
            write::part(writer, spec, part).await?;
        }
        let arn = ses::arn((writer.account(), writer.region()), SORT, name);
        Ok(Made::ready(name.to_owned(), read::outputs((name, arn), dkim.as_ref())))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        for part in write::PARTS.iter().filter(|part| changes.touches(part)) {
            write::part(writer, spec, part).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ses::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.ses().delete_email_identity().email_identity(&live.id);
        gone(retry_while(MINUTE, ses::TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn pending(found: &Found<Self>) -> Vec<Pending> {
        found.outputs.waiting.clone()
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        rules::advice(desired, fields)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        vec![Question::new("/EmailIdentity", &[&spec.email_identity])]
    }

    /// An account has one of a domain in a region. One of another stack, or of ours that a list has not shown yet, is left to the
    /// create, which sees whose it is.
    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [name] = about else { return Ok(None) };
        let there = match read::describe(reader, name).await {
            Err(failure) if failure.is(Class::NotFound) => return Ok(None),
            answer => answer?,
        };
        let is_strange = tag::read(there.tags()).get(key::PROJECT).is_none();
        Ok(is_strange.then(|| taken(name)))
    }
}

fn taken(name: &str) -> String {
    format!("the account has an identity {name} in this region already, which bears none of our tags: adopt it")
}
