mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_ssm::types::{ResourceTypeForTagging, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::{ADVANCED, Spec};
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, TagForm};
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// The longest name, path included.
const MAX_NAME: usize = 1011;

/// A parameter of Systems Manager, a text or a list of texts that everybody may know.
pub struct Parameter;

/// What `AWS::SSM::Parameter` returns, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub name: String,
    pub r#type: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::SSM::Parameter
    name: limits
    properties: { Type: String, Value: '20', Description: How many at once }
";

const CHANGED: &str = "
resources:
  - type: AWS::SSM::Parameter
    name: limits
    properties:
      Type: StringList
      Value: '20,40'
      Description: How many at once, and how many in all
      AllowedPattern: '^[0-9]+$'
      Tier: Advanced
";

impl Kind for Parameter {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        // People put into it what they should not.
        sensitive: &["/Value"],
        updated_outputs: &["Type"],
        cloudformation: CloudFormation { tag_form: TagForm::ByKey, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::SSM::Parameter",
            is_global: false,
            indexed_as: Some("ssm"),
            reference: "Name",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::SSM::Parameter Policies", Detection::Noted("/Policies")),
                Attachable::new(
                    "AWS::SSM::Parameter Labels",
                    Detection::Left("they name versions and change nothing; an update that one stops says so"),
                ),
                Attachable::new(
                    "AWS::SSM::ResourcePolicy",
                    Detection::Left("it shows other accounts what is no secret, of an advanced parameter alone"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ssm:DescribeParameters", "ssm:ListTagsForResource", "ssm:GetParameters"],
                create: &["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:GetParameters", "ec2:DescribeImages"],
                update: &["ssm:PutParameter", "ssm:GetParameters", "ec2:DescribeImages"],
                retag: &["ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"],
                delete: &["ssm:DeleteParameter"],
                on: &[
                    // Of everything, it would show every secret that Systems Manager's own key encrypts.
                    ("ssm:GetParameters", &[On::Ours]),
                    // Its own tags don't tell whose it is, here alone: AWS looks at the call.
                    ("ssm:PutParameter", &[On::Named("parameter/")]),
                    ("ssm:AddTagsToResource", &[On::Ours, On::Untagged("parameter/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        write::create(writer, name.as_str(), spec, tags).await?;
        Ok(made(name.as_str(), spec))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        write::overwrite(writer, &live.id, spec).await?;
        Ok(Turn::Done(made(&live.id, spec)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (ssm, of) = (writer.ssm(), ResourceTypeForTagging::Parameter);
        let add = |tags: Vec<Tag>| {
            let call = ssm.add_tags_to_resource().resource_type(of.clone()).resource_id(bearer.id).set_tags(Some(tags));
            retry_while(2 * MINUTE, write::TRANSIENT, move || call.clone().send())
        };
        let remove = |keys| {
            let call = ssm.remove_tags_from_resource().resource_type(of.clone()).resource_id(bearer.id);
            let call = call.set_tag_keys(Some(keys));
            retry_while(2 * MINUTE, write::TRANSIENT, move || call.clone().send())
        };
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(writer.ssm().delete_parameter().name(&live.id).send().await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn unsupported(found: &Found<Self>) -> Option<String> {
        (found.spec.r#type == "SecureString").then(|| "it is a SecureString, whose value is nobody's here".to_owned())
    }

    /// Systems Manager never takes a tier back, and changes the data type of none that is there.
    fn replaces(live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        let is_less = live["Tier"] == ADVANCED && desired["Tier"] != ADVANCED;
        field.path == "/DataType" || (field.path == "/Tier" && is_less)
    }

    fn advice(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let touches = |path: &str| fields.iter().any(|field| field.path == path);
        let is_more = touches("/Tier") && desired["Tier"] == ADVANCED && live["Tier"] != ADVANCED;
        let told = [
            (touches("/Value"), "what reads it when it starts has the old value until it is started anew"),
            (is_more, "an advanced parameter costs by the month, and never becomes standard again"),
        ];
        told.into_iter().filter(|(is_said, _)| *is_said).map(|(_, text)| text.to_owned()).collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

fn made(name: &str, spec: &Spec) -> Made<Parameter> {
    Made::ready(name.to_owned(), Outputs { name: name.to_owned(), r#type: spec.r#type.clone() })
}
