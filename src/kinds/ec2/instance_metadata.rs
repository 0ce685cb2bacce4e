use aws_sdk_ec2::types::{InstanceMetadataDefaultsResponse as Defaults, ManagedBy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Clients, Reader, Writer};
use crate::kinds::shared::setting::{self, Outputs, Read, Setting};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Bearer, Changes, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made, Mistake,
    Name, NameRule, On, Permissions, Question, Result, Scope, Sole, Tags, Turn,
};

/// How new instances of this account and region answer for their metadata where neither their call nor their image says.
pub struct InstanceMetadataDefaults;

/// The properties of `AWS::EC2::InstanceMetadataDefaults`, which CloudFormation does not have; they are called as those of a
/// launch template. An instance takes what its call says, then what is here, then what its image says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `enabled`, `disabled` or `no-preference`.
    #[serde(default = "open")]
    pub http_endpoint: String,
    /// Over how many hops an answer goes, 1 to 64; containers need 2. -1 is no preference.
    #[serde(default = "any")]
    pub http_put_response_hop_limit: i32,
    /// `required`: only with a token (IMDSv2); `optional`, or `no-preference`.
    #[serde(default = "open")]
    pub http_tokens: String,
    /// Whether an instance that is to do without tokens is refused: `enabled`, `disabled` or `no-preference`.
    #[serde(default = "open")]
    pub http_tokens_enforced: String,
    /// Whether an instance can read its tags there: `enabled`, `disabled` or `no-preference`.
    #[serde(default = "open")]
    pub instance_metadata_tags: String,
}

const OPEN: &str = "no-preference";
const ANY: i32 = -1;

fn open() -> String {
    OPEN.to_owned()
}

fn any() -> i32 {
    ANY
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::InstanceMetadataDefaults
    name: instances
    properties: { HttpTokens: required, HttpPutResponseHopLimit: 2 }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::InstanceMetadataDefaults
    name: instances
    properties:
      HttpEndpoint: enabled
      HttpTokens: optional
      HttpPutResponseHopLimit: 1
      HttpTokensEnforced: disabled
      InstanceMetadataTags: enabled
";

impl Kind for InstanceMetadataDefaults {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        sole: Some(Sole::OfRegion),
        nameless: &["ec2:ModifyInstanceMetadataDefaults"],
        several_calls: true,
        deletion_disruption: Disruption::None,
        left_as: Some("new instances go on as they do now"),
        preflight_reads: &["ec2:GetInstanceMetadataDefaults"],
        cloudformation: CloudFormation::NONE,
        ..Facts::of(Essentials {
            kind: "AWS::EC2::InstanceMetadataDefaults",
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
                read: &["ec2:GetInstanceMetadataDefaults", setting::READ],
                create: &[setting::CREATE[0], setting::CREATE[1], "ec2:ModifyInstanceMetadataDefaults"],
                update: &["ec2:ModifyInstanceMetadataDefaults"],
                retag: setting::RETAG,
                delete: &[setting::DELETE],
                on: &[setting::ON[0], setting::ON[1], ("ec2:ModifyInstanceMetadataDefaults", &[On::Everything])],
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

    fn advice(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let loosens = fields.iter().any(|field| field.path == "/HttpTokens") && live["HttpTokens"] == "required";
        let told =
            "new instances answer also without a token (IMDSv1), which a request that is forged on a server can reach";
        (loosens && desired["HttpTokens"] != "required").then(|| told.to_owned()).into_iter().collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_toggle = |text: &str| ["enabled", "disabled", OPEN].contains(&text);
        let hops = spec.http_put_response_hop_limit;
        Mistake::all([
            (!is_toggle(&spec.http_endpoint), "/HttpEndpoint", "is none of enabled, disabled and no-preference"),
            (hops != ANY && !(1..=64).contains(&hops), "/HttpPutResponseHopLimit", "is neither from 1 to 64 nor -1"),
            (
                !["required", "optional", OPEN].contains(&spec.http_tokens.as_str()),
                "/HttpTokens",
                "is none of required, optional and no-preference",
            ),
            (
                !is_toggle(&spec.http_tokens_enforced),
                "/HttpTokensEnforced",
                "is none of enabled, disabled and no-preference",
            ),
            (
                spec.http_tokens_enforced == "enabled" && spec.http_tokens == "optional",
                "/HttpTokensEnforced",
                "is enabled, by which EC2 refuses the instances that HttpTokens optional makes",
            ),
            (
                !is_toggle(&spec.instance_metadata_tags),
                "/InstanceMetadataTags",
                "is none of enabled, disabled and no-preference",
            ),
        ])
        .collect()
    }

    fn questions(_: &Spec) -> Vec<Question> {
        vec![Question::new("", &[])]
    }

    /// A declarative policy of the organisation, under which the account can set nothing.
    async fn answer(reader: &Reader, _: &[String]) -> Result<Option<String>> {
        Ok(managed(&defaults(reader).await?))
    }
}

impl Setting for InstanceMetadataDefaults {
    const NAME: &'static str = "instance-metadata-defaults";
    const WHAT: &'static str = "the defaults of instance metadata";

    async fn read(reader: &Reader) -> Result<Read<Spec>> {
        Ok(Read { spec: spec(&defaults(reader).await?), unmodelled: Vec::new() })
    }

    /// One call sets all: what it leaves out stays, so that no preference is said as well.
    async fn write(writer: &Writer, spec: &Spec, _: Option<&Changes>) -> Result<()> {
        let call = writer.ec2().modify_instance_metadata_defaults();
        let call = call.http_endpoint(spec.http_endpoint.as_str().into()).http_tokens(spec.http_tokens.as_str().into());
        let call = call.http_put_response_hop_limit(spec.http_put_response_hop_limit);
        let call = call.http_tokens_enforced(spec.http_tokens_enforced.as_str().into());
        call.instance_metadata_tags(spec.instance_metadata_tags.as_str().into()).send().await?;
        Ok(())
    }

    async fn leave(_: &Writer, _: &Spec) -> Result<String> {
        Ok("they stay as they are, and nobody looks after them any more".to_owned())
    }
}

async fn defaults(clients: &Clients) -> Result<Defaults> {
    let answer = clients.ec2().get_instance_metadata_defaults().send().await?;
    Ok(answer.account_level.unwrap_or_else(|| Defaults::builder().build()))
}

/// What EC2 leaves out it has no preference for.
fn spec(told: &Defaults) -> Spec {
    let text = |value: Option<&str>| value.unwrap_or(OPEN).to_owned();
    Spec {
        http_endpoint: text(told.http_endpoint().map(|one| one.as_str())),
        http_put_response_hop_limit: told.http_put_response_hop_limit().filter(|hops| *hops > 0).unwrap_or(ANY),
        http_tokens: text(told.http_tokens().map(|one| one.as_str())),
        http_tokens_enforced: text(told.http_tokens_enforced().map(|one| one.as_str())),
        instance_metadata_tags: text(told.instance_metadata_tags().map(|one| one.as_str())),
    }
}

/// Why the account can't set them, if an organisation does.
fn managed(told: &Defaults) -> Option<String> {
    if told.managed_by() != Some(&ManagedBy::DeclarativePolicy) {
        return None;
    }
    let said = told.managed_exception_message().filter(|text| !text.is_empty());
    let said = said.map(|text| format!(", which says: {text}")).unwrap_or_default();
    Some(format!("a declarative policy of the organisation sets them{said}. Take this out of the YAML"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{HttpTokensState, InstanceMetadataEndpointState};
    use serde_json::{Value, from_value, json};

    use super::*;

    fn written(properties: Value) -> Spec {
        from_value(properties).unwrap()
    }

    fn wrong(properties: Value) -> Vec<String> {
        InstanceMetadataDefaults::check(&written(properties)).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn what_ec2_leaves_out_is_no_preference_and_so_is_what_nobody_writes() {
        assert_eq!(spec(&Defaults::builder().build()), written(json!({})));
        let told = Defaults::builder()
            .http_tokens(HttpTokensState::Required)
            .http_put_response_hop_limit(2)
            .http_endpoint(InstanceMetadataEndpointState::Enabled);
        let same = json!({ "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled" });
        assert_eq!(spec(&told.build()), written(same));
    }

    #[test]
    fn what_ec2_refuses_is_refused_before() {
        assert!(wrong(json!({ "HttpTokens": "required", "HttpTokensEnforced": "enabled" })).is_empty());
        assert_eq!(wrong(json!({ "HttpTokens": "always" })), ["/HttpTokens"]);
        assert_eq!(
            wrong(json!({ "HttpTokens": "optional", "HttpTokensEnforced": "enabled" })),
            ["/HttpTokensEnforced"]
        );
        for hops in [0, 65, -2] {
            assert_eq!(wrong(json!({ "HttpPutResponseHopLimit": hops })), ["/HttpPutResponseHopLimit"], "{hops}");
        }
        assert_eq!(wrong(json!({ "HttpEndpoint": "on" })), ["/HttpEndpoint"]);
        assert_eq!(wrong(json!({ "InstanceMetadataTags": "yes" })), ["/InstanceMetadataTags"]);
    }

    #[test]
    fn an_organisation_that_sets_them_is_told_with_its_own_words() {
        assert_eq!(managed(&Defaults::builder().managed_by(ManagedBy::Account).build()), None);
        let told = Defaults::builder().managed_by(ManagedBy::DeclarativePolicy).managed_exception_message("ask ops");
        assert!(managed(&told.build()).unwrap().contains("which says: ask ops"));
    }

    #[test]
    fn a_reviewer_hears_that_tokens_are_no_longer_needed() {
        let field = |path: &str| FieldDiff { path: path.to_owned(), before: None, after: None };
        let told = |before: &str, after: &str| {
            let (live, desired) = (json!({ "HttpTokens": before }), json!({ "HttpTokens": after }));
            InstanceMetadataDefaults::advice(&live, &desired, &[field("/HttpTokens")])
        };
        assert!(told("required", "optional")[0].contains("IMDSv1"));
        assert!(told("required", "no-preference")[0].contains("IMDSv1"));
        assert!(told("optional", "required").is_empty());
    }
}
