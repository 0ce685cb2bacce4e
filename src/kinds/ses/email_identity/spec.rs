use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::ses::configuration_set::ConfigurationSet;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::lower_case::lower_case;
use crate::resource::{Pending, Ref};

pub(super) const RSA_2048: &str = "RSA_2048_BIT";
pub(super) const USE_DEFAULT: &str = "USE_DEFAULT_VALUE";
pub(super) const REJECT: &str = "REJECT_MESSAGE";

/// The properties of `AWS::SES::EmailIdentity`. Only domains, and only with keys that SES makes itself (Easy DKIM).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub configuration_set_attributes: ConfigurationSetAttributes,
    #[serde(default)]
    pub dkim_attributes: DkimAttributes,
    #[serde(default)]
    pub dkim_signing_attributes: DkimSigningAttributes,
    /// The domain, `acme.example`: mails can come from all of its addresses, and from those below it.
    #[serde(deserialize_with = "domain")]
    pub email_identity: String,
    #[serde(default)]
    pub feedback_attributes: FeedbackAttributes,
    #[serde(default)]
    pub mail_from_attributes: MailFromAttributes,
}

/// The rules for mails that name none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConfigurationSetAttributes {
    #[serde(default)]
    pub configuration_set_name: Option<Ref<ConfigurationSet>>,
}

/// Whether mails are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DkimAttributes {
    #[serde(default = "yes")]
    pub signing_enabled: bool,
}

impl Default for DkimAttributes {
    fn default() -> Self {
        Self { signing_enabled: true }
    }
}

/// With which keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DkimSigningAttributes {
    /// `RSA_2048_BIT` or `RSA_1024_BIT`, of the next key that SES makes.
    #[serde(default = "rsa_2048")]
    pub next_signing_key_length: String,
}

impl Default for DkimSigningAttributes {
    fn default() -> Self {
        Self { next_signing_key_length: rsa_2048() }
    }
}

/// Who hears of bounces and complaints by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FeedbackAttributes {
    /// Whether SES mails them to the sender. It does in any case while nobody else is told.
    #[serde(default = "yes")]
    pub email_forwarding_enabled: bool,
}

impl Default for FeedbackAttributes {
    fn default() -> Self {
        Self { email_forwarding_enabled: true }
    }
}

/// Where other servers send bounces, by which they check whether SES may send for the domain (SPF).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MailFromAttributes {
    /// While SES does not find the MX record of `MailFromDomain`: `USE_DEFAULT_VALUE`: it sends from a domain of its own;
    /// `REJECT_MESSAGE`: it takes no mail.
    #[serde(default = "use_default", rename = "BehaviorOnMxFailure")]
    pub behavior_on_mx_failure: String,
    /// A domain below the identity's that nobody else uses, `bounce.acme.example`; without it one of SES.
    #[serde(default, deserialize_with = "domain_if_any")]
    pub mail_from_domain: Option<String>,
}

impl Default for MailFromAttributes {
    fn default() -> Self {
        Self { behavior_on_mx_failure: use_default(), mail_from_domain: None }
    }
}

/// The return values of `AWS::SES::EmailIdentity`: the three CNAME records by which SES sees whose the domain is, and others its
/// signatures.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// What policies name it by: whoever may send has to leave it before it goes. CloudFormation leaves it to be put together.
    pub arn: String,
    /// CloudFormation's `Ref`.
    pub email_identity: String,
    #[serde(rename = "DkimDNSTokenName1")]
    pub name_1: String,
    #[serde(rename = "DkimDNSTokenName2")]
    pub name_2: String,
    #[serde(rename = "DkimDNSTokenName3")]
    pub name_3: String,
    #[serde(rename = "DkimDNSTokenValue1")]
    pub value_1: String,
    #[serde(rename = "DkimDNSTokenValue2")]
    pub value_2: String,
    #[serde(rename = "DkimDNSTokenValue3")]
    pub value_3: String,
    /// What it waits for.
    #[serde(skip)]
    pub(super) waiting: Vec<Pending>,
}

/// A domain as SES keeps it: in lower case, without the dot at its end that zones have.
fn domain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    lower_case(deserializer).map(|name: String| name.trim_end_matches('.').to_owned())
}

fn domain_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name: Option<String> = lower_case(deserializer)?;
    Ok(name.map(|name| name.trim_end_matches('.').to_owned()))
}

fn rsa_2048() -> String {
    RSA_2048.to_owned()
}

fn use_default() -> String {
    USE_DEFAULT.to_owned()
}
