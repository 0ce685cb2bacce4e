mod names;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_acm::types::{CertificateExport, CertificateOptions, KeyAlgorithm, Tag, ValidationMethod};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Reader, Writer, create_once};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{Answers, CloudFormation};
use crate::resource::normal::Set;
use crate::resource::{
    Bearer, Changes, Class, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity, InUse, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, OPEN, On, Permissions, Quota, Replacement, Result, Scope, State, States,
    Tags, Turn, Unseen,
};
use read::{candidates, is_acm, read, requested, summaries, used};

/// The longest main domain: it is the certificate's common name.
const MAX_NAME: usize = 64;

/// A public certificate, validated by DNS records that its domain's owner sets.
pub struct Certificate;

/// The properties of `AWS::CertificateManager::Certificate`. `CertificateTransparencyLoggingPreference` is not among
/// them: since June 2026 AWS logs every public certificate and ignores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The main domain, `www.example.com` or `*.example.com`; at most 64 letters.
    #[serde(deserialize_with = "domain")]
    pub domain_name: String,
    /// Further domains; AWS adds the main one itself.
    #[serde(default, deserialize_with = "domains")]
    pub subject_alternative_names: Set<String>,
    /// `DNS` or `EMAIL`; AWS can move from `EMAIL` to `DNS`, not back.
    #[serde(default = "default_validation")]
    pub validation_method: String,
    /// `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`.
    #[serde(default = "default_algorithm")]
    pub key_algorithm: String,
    /// `ENABLED` if the private key may be exported.
    #[serde(default = "default_export")]
    pub certificate_export: String,
}

/// Texts by domain.
type Records = BTreeMap<String, String>;

/// The return values of `AWS::CertificateManager::Certificate`, and what CloudFormation keeps to itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub certificate_arn: String,
    /// The names of the CNAME records by which ACM is to see whose the domains are; by domain, `ValidationName.example.com`. All
    /// below a domain (`*.example.com`) has the domain's.
    #[serde(default)]
    pub validation_name: Records,
    /// The values of these records, by domain.
    #[serde(default)]
    pub validation_value: Records,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::CertificateManager::Certificate
    name: site
    properties:
      DomainName: www.example.com
      SubjectAlternativeNames: [example.com]
";

impl Kind for Certificate {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/DomainName", "/SubjectAlternativeNames", "/KeyAlgorithm", "/CertificateExport"],
        replacement: Replacement::CreateFirst,
        stateful: true,
        interchangeable: true,
        awaits_action: true,
        asks: &["ValidationName", "ValidationValue"],
        cloudformation: CloudFormation {
            answers: Some(Answers { list: "DomainValidationOptions", key: "DomainName", property: "HostedZoneId" }),
            ..CloudFormation::SAME
        },
        // 1.5 to 9 minutes were seen until a certificate with its records in place was issued.
        seconds: 120,
        quotas: &[Quota::new("acm", "L-F141DD1D", "ACM certificates")],
        ..Facts::of(Essentials {
            kind: "AWS::CertificateManager::Certificate",
            is_global: false,
            indexed_as: Some("acm"),
            reference: "CertificateArn",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["acm:ListCertificates", "acm:DescribeCertificate", "acm:ListTagsForCertificate"],
                create: &[
                    "acm:RequestCertificate",
                    "acm:AddTagsToCertificate",
                    "acm:ListCertificates",
                    "acm:ListTagsForCertificate",
                    "acm:DescribeCertificate",
                ],
                update: &["acm:UpdateCertificateOptions"],
                retag: &["acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"],
                delete: &["acm:DeleteCertificate", "acm:DescribeCertificate"],
                on: &[
                    ("acm:RequestCertificate", &[On::Made("")]),
                    ("acm:AddTagsToCertificate", &[On::Ours, On::Untagged("certificate/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let index = reader.tag_index(scope).await?;
        let known: BTreeSet<String> = index
            .arns(":certificate/")
            .filter(|arn| arn.starts_with("arn:") && is_acm(arn))
            .map(str::to_owned)
            .chain(scope.requested.iter().cloned())
            .collect();
        let candidates = candidates(summaries(reader).await?, &known);
        let reads = candidates.iter().map(|arn| read(reader, scope, arn, known.contains(arn)));
        let mut listing = Listing::default();
        for (arn, answer) in candidates.iter().zip(join_all(reads).await) {
            match answer {
                Ok(found) => listing.found.extend(found),
                // Ours let us look at them; whatever else fails, a certificate that the index lags behind may be ours.
                Err(failure) if failure.is(Class::Denied) && !known.contains(arn) => {}
                Err(failure) => {
                    let tags = index.get(arn).cloned();
                    listing.unseen.push(Unseen { id: arn.clone(), tags, failure });
                }
            }
        }
        Ok(listing)
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for arn in ids {
            let answer = reader.acm().describe_certificate().certificate_arn(arn).send().await?;
            states.extend(answer.certificate().map(|detail| (arn.clone(), read::state(detail))));
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        Ok(Some(InUse::count(read::summaries(reader).await?.len())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        // ACM takes at most 32 word characters and remembers them for an hour; after that, and in another run, the tags
        // tell.
        let token: String = writer.token().chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        let export = CertificateExport::from(spec.certificate_export.as_str());
        let names = (!spec.subject_alternative_names.is_empty())
            .then(|| spec.subject_alternative_names.iter().cloned().collect());
        let request = writer
            .acm()
            .request_certificate()
            .domain_name(&spec.domain_name)
            .set_subject_alternative_names(names)
            .validation_method(ValidationMethod::from(spec.validation_method.as_str()))
            .key_algorithm(KeyAlgorithm::from(spec.key_algorithm.as_str()))
            .options(CertificateOptions::builder().export(export).build())
            .idempotency_token(token)
            .set_tags(tag::write(tags));
        let send = || async {
            let arn = request.clone().send().await?.certificate_arn;
            arn.ok_or_else(|| Failure::new(Class::Other, "RequestCertificate returned no ARN"))
        };
        let arn = create_once(|| requested(writer, spec, tags), send).await?;
        Ok(made(arn, State::Settling("ACM to name the validation records".into())))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/ValidationMethod") {
            let method = ValidationMethod::from(spec.validation_method.as_str());
            let options = CertificateOptions::builder().validation_method(method).build();
            writer.acm().update_certificate_options().certificate_arn(&live.id).options(options).send().await?;
        }
        Ok(Turn::Done(made(live.id.clone(), State::Settling("the certificate".into()))))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (acm, arn) = (writer.acm(), bearer.id);
        let add = |tags: Vec<Tag>| acm.add_tags_to_certificate().certificate_arn(arn).set_tags(Some(tags)).send();
        let remove = |keys: Vec<String>| {
            acm.remove_tags_from_certificate().certificate_arn(arn).set_tags(tag::keys(&keys)).send()
        };
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.acm().delete_certificate().certificate_arn(&live.id);
        // Load balancers let go of a certificate up to 20 minutes after their listener is gone.
        match gone(call.send().await) {
            Err(failure) if failure.is(Class::Busy) => Ok(Turn::Busy(used(writer, &live.id, failure).await)),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn replaces(_: &Value, desired: &Value, field: &FieldDiff) -> bool {
        field.path == "/ValidationMethod" && desired["ValidationMethod"] != "DNS"
    }

    /// A name that the new one does not serve is gone as soon as the listener has the new one.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        if names::dropped(fields).is_empty() { Disruption::None } else { Disruption::Outage }
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let dropped = names::dropped(fields);
        let told = || format!("no longer serves {}: who calls it by that gets an error of TLS", dropped.join(", "));
        if dropped.is_empty() { Vec::new() } else { vec![told()] }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let names = spec.subject_alternative_names.iter().map(|name| ("/SubjectAlternativeNames", name));
        let wrong = |(at, name): (&str, &String)| no_domain(name).map(|why| Mistake::new(at, format!("{name} {why}")));
        mistakes.extend([("/DomainName", &spec.domain_name)].into_iter().chain(names).filter_map(wrong));
        if spec.domain_name.len() > MAX_NAME && !spec.domain_name.contains(OPEN) {
            let text = format!("is longer than {MAX_NAME} letters: put a shorter one here, and it among the others");
            mistakes.push(Mistake::new("/DomainName", text));
        }
        if spec.subject_alternative_names.contains(&spec.domain_name) {
            let text = format!("repeats DomainName {}, which AWS adds by itself: leave it out", spec.domain_name);
            mistakes.push(Mistake::new("/SubjectAlternativeNames", text));
        }
        if !["DNS", "EMAIL"].contains(&spec.validation_method.as_str()) {
            let text = format!("is {}, but has to be DNS or EMAIL", spec.validation_method);
            mistakes.push(Mistake::new("/ValidationMethod", text));
        }
        mistakes
    }
}

/// Returns what is wrong with a domain, as ACM takes it.
fn no_domain(name: &str) -> Option<&'static str> {
    let is_taken = |letter: char| letter.is_ascii_alphanumeric() || "-.*".contains(letter);
    (!name.contains(OPEN) && !name.chars().all(is_taken))
        .then_some("has other signs than letters, digits, hyphens and dots: other letters go in Punycode, `xn--...`")
}

/// A domain as ACM keeps it: in lower case, without the dot at its end that zones have.
fn domain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    lower_case(deserializer).map(|name: String| name.trim_end_matches('.').to_owned())
}

fn domains<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<String>, D::Error> {
    let names: Vec<String> = lower_case(deserializer)?;
    Ok(names.iter().map(|name| name.trim_end_matches('.')).collect())
}

fn made(certificate_arn: String, state: State) -> Made<Certificate> {
    let outputs = Outputs { certificate_arn: certificate_arn.clone(), ..Outputs::default() };
    Made { id: certificate_arn, outputs, state }
}

fn default_validation() -> String {
    "DNS".to_owned()
}

fn default_algorithm() -> String {
    "RSA_2048".to_owned()
}

fn default_export() -> String {
    "DISABLED".to_owned()
}
