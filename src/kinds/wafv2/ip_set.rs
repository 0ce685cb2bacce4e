use aws_sdk_wafv2::types::{IpAddressVersion, Scope as WafScope};
use futures_util::future::try_join_all;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::kinds::shared::{named, tag};
use crate::kinds::wafv2::sets::{self, Outputs};
use crate::kinds::wafv2::{self, Summary};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, FieldDiff, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// Addresses that rules of a web ACL allow or block.
pub struct IpSet;

/// The properties of `AWS::WAFv2::IPSet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Ranges, `192.0.2.0/24` or `2001:db8::/32`; at most 10,000, all of one version.
    #[serde(rename = "Addresses", deserialize_with = "ranges")]
    pub addresses: Set<String>,
    #[serde(rename = "Description", default)]
    pub description: String,
    /// `IPV4` or `IPV6`; AWS cannot change it.
    #[serde(rename = "IPAddressVersion")]
    pub ip_address_version: String,
    /// `REGIONAL`, or `CLOUDFRONT` (only in us-east-1).
    #[serde(rename = "Scope")]
    pub scope: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::WAFv2::IPSet
    name: office
    properties:
      Scope: REGIONAL
      IPAddressVersion: IPV4
      Addresses: [192.0.2.0/24, 198.51.100.7/32]
";

const CHANGED: &str = "
resources:
  - type: AWS::WAFv2::IPSet
    name: office
    properties: { Scope: REGIONAL, IPAddressVersion: IPV4, Description: The offices, Addresses: [203.0.113.0/28] }
";

impl Kind for IpSet {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Scope"],
        grants: &["/Addresses"],
        cloudformation: CloudFormation {
            wanted_empty: &["Addresses"],
            empty_objects_say: true,
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::WAFv2::IPSet",
            is_global: false,
            indexed_as: Some("wafv2"),
            reference: "Ref",
            name: NameRule::Unique { max: wafv2::NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::WAFv2::WebACL",
                Detection::Left("it uses the set and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["wafv2:ListIPSets", "wafv2:GetIPSet", "wafv2:ListTagsForResource"],
                create: &[
                    "wafv2:CreateIPSet",
                    "wafv2:TagResource",
                    "wafv2:ListIPSets",
                    "wafv2:GetIPSet",
                    "wafv2:ListTagsForResource",
                ],
                update: &["wafv2:UpdateIPSet", "wafv2:GetIPSet"],
                retag: &["wafv2:TagResource", "wafv2:UntagResource"],
                delete: &["wafv2:DeleteIPSet", "wafv2:GetIPSet"],
                on: &[
                    ("wafv2:CreateIPSet", &[On::Made("*/ipset/*")]),
                    ("wafv2:TagResource", &[On::Ours, On::Untagged("*/ipset/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let sent = retry_while(5 * MINUTE, wafv2::TRANSIENT, || async {
            let call = writer.wafv2().create_ip_set().name(name.as_str()).scope(spec.scope.as_str().into());
            let call = call.ip_address_version(IpAddressVersion::from(spec.ip_address_version.as_str()));
            let call = call.set_addresses(Some(addresses(spec))).set_description(given(&spec.description));
            let answer = call.set_tags(tag::write(tags)).send().await.map_err(Failure::from)?;
            let (id, arn) = (answer.summary().and_then(|s| s.id()), answer.summary().and_then(|s| s.arn()));
            Ok::<_, Failure>(sets::made(name.as_str(), id.unwrap_or_default(), arn.unwrap_or_default(), &spec.scope))
        });
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let name = live.name.as_deref().unwrap_or_default();
        let Outputs { id, arn, lock_token, .. } = &live.outputs;
        let put = |token: String| async move {
            let call = writer.wafv2().update_ip_set().name(name).id(id).lock_token(token);
            let call = call.scope(spec.scope.as_str().into()).set_addresses(Some(addresses(spec)));
            let call = call.set_description(given(&spec.description));
            retry_while(5 * MINUTE, wafv2::TRANSIENT, || call.clone().send()).await.map(drop)
        };
        let get = || get(writer, name, id, &live.spec.scope);
        sets::replace(name, lock_token, (&live.spec, spec), put, get).await?;
        Ok(Turn::Done(sets::made(name, id, arn, &spec.scope)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        wafv2::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let name = live.name.as_deref().unwrap_or_default();
        wafv2::delete(|| async {
            let (_, token) = get(writer, name, &live.outputs.id, &live.spec.scope).await?;
            let call = writer.wafv2().delete_ip_set().name(name).id(&live.outputs.id);
            Ok(call.scope(live.spec.scope.as_str().into()).lock_token(token).send().await.map(drop)?)
        })
        .await
        .map(Turn::Done)
    }

    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        fields.iter().any(|field| field.path == "/IPAddressVersion").then(|| {
            "WAF cannot change the address version of an IP set: declare another set and refer to that one".to_owned()
        })
    }

    fn advice(live: &Value, desired: &Value, _: &[FieldDiff]) -> Vec<String> {
        let ranges = |spec: &Value| -> Vec<IpNet> {
            let all = spec.get("Addresses").and_then(Value::as_array).into_iter().flatten();
            all.filter_map(|range| range.as_str()?.parse().ok()).collect()
        };
        let before = ranges(live);
        ranges(desired).into_iter().filter(|range| !before.contains(range)).filter_map(vast).collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let wrong = |text: &String| match text.parse::<IpNet>() {
            Ok(range @ IpNet::V4(_)) if spec.ip_address_version == "IPV4" => not_taken(range),
            Ok(range @ IpNet::V6(_)) if spec.ip_address_version == "IPV6" => not_taken(range),
            Ok(_) => Some(format!("{text} is not an {} range", spec.ip_address_version)),
            Err(_) if text.contains(crate::resource::OPEN) => None,
            Err(_) => Some(format!("{text} is not a range such as 192.0.2.44/32")),
        };
        spec.addresses.iter().filter_map(wrong).map(|text| Mistake::new("/Addresses", text)).collect()
    }
}

impl Named for IpSet {
    type Summary = Summary;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Summary>>> {
        let all = try_join_all(wafv2::scopes(reader.region()).iter().map(|scope| of_scope(reader, scope)));
        Ok(all.await?.into_iter().flatten().collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Summary>, _: &TagIndex) -> Result<Tags> {
        wafv2::tags(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<Summary>, tags: Tags) -> Result<Found<Self>> {
        let Summary { id, scope } = one.summary;
        let (spec, lock_token) = get(reader, &one.name, &id, scope.as_str()).await?;
        let outputs = Outputs { lock_token, ..sets::made::<Self>(&one.name, &id, &one.arn, scope.as_str()).outputs };
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for IpSet {
    const WHAT: &'static str = "the IP set";

    async fn at(writer: &Writer, name: &str, spec: &Spec) -> Result<Option<Listed<Summary>>> {
        let all = of_scope(writer, &spec.scope.as_str().into()).await?;
        Ok(all.into_iter().find(|set| set.name == name))
    }

    async fn made(_: &Writer, one: Listed<Summary>, spec: &Spec) -> Result<Made<Self>> {
        Ok(sets::made(&one.name, &one.summary.id, &one.arn, &spec.scope))
    }
}

/// The sets of one scope.
async fn of_scope(clients: &Clients, scope: &WafScope) -> Result<Vec<Listed<Summary>>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let call = clients.wafv2().list_ip_sets().scope(scope.clone()).limit(wafv2::PAGE);
        let answer = call.set_next_marker(marker).send().await?;
        let sets = answer.ip_sets().iter().map(|set| (set.name(), set.id(), set.arn()));
        all.extend(sets.filter_map(|set| wafv2::listed(set, scope)));
        marker = answer.next_marker().filter(|_| !answer.ip_sets().is_empty()).map(str::to_owned);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// Reads the content and the token that the next change has to show.
async fn get(clients: &Clients, name: &str, id: &str, scope: &str) -> Result<(Spec, String)> {
    let answer = clients.wafv2().get_ip_set().name(name).id(id).scope(scope.into()).send().await?;
    let set = answer.ip_set().ok_or_else(|| Failure::new(Class::Other, format!("GetIPSet returned no set {name}")))?;
    let spec = Spec {
        addresses: set.addresses().iter().map(|text| normal(text)).collect(),
        description: set.description().unwrap_or_default().to_owned(),
        ip_address_version: set.ip_address_version().as_str().to_owned(),
        scope: scope.to_owned(),
    };
    Ok((spec, answer.lock_token().unwrap_or_default().to_owned()))
}

fn addresses(spec: &Spec) -> Vec<String> {
    spec.addresses.iter().cloned().collect()
}

fn ranges<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<String>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    Ok(written.iter().map(|text| normal(text)).collect())
}

/// Says what a range does that holds a 256th of all IPv4 addresses or more, or of IPv6 more than any one network.
fn vast(range: IpNet) -> Option<String> {
    let (most, version) = match range {
        IpNet::V4(_) => (8, "IPv4"),
        IpNet::V6(_) => (19, "IPv6"),
    };
    let part = 1_u64 << range.prefix_len().min(32);
    (range.prefix_len() <= most).then(|| {
        format!(
            "{range} is one in {part} of all {version} addresses: a rule that blocks this set shuts them all out, one that allows \
             it lets them all in"
        )
    })
}

/// Returns why WAF refuses a range of the right version.
fn not_taken(range: IpNet) -> Option<String> {
    let halves = match range {
        IpNet::V4(_) => "0.0.0.0/1 and 128.0.0.0/1",
        IpNet::V6(_) => "::/1 and 8000::/1",
    };
    if range.prefix_len() == 0 {
        return Some(format!("{range} is every address, which WAF takes in no set: write {halves}"));
    }
    let whole = range.trunc();
    (whole != range).then(|| format!("{range} begins within its range: write {whole}"))
}

/// One spelling for each IPv6 range; what is no range is left to [`Kind::check`].
fn normal(text: &str) -> String {
    text.parse::<IpNet>().map_or_else(|_| text.to_owned(), |range| range.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn spec(version: &str, addresses: &[&str]) -> Spec {
        from_value(json!({ "Addresses": addresses, "IPAddressVersion": version, "Scope": "REGIONAL" })).unwrap()
    }

    #[test]
    fn ranges_have_one_spelling() {
        assert_eq!(spec("IPV6", &["2001:0DB8:0::/32"]), spec("IPV6", &["2001:db8::/32"]));
    }

    #[test]
    fn ranges_of_the_other_version_and_bare_addresses_are_mistakes() {
        let mistakes = IpSet::check(&spec("IPV4", &["10.0.0.1", "10.0.0.0/8", "::/0"]));
        assert_eq!(
            mistakes.into_iter().map(|mistake| mistake.text).collect::<Vec<_>>(),
            ["10.0.0.1 is not a range such as 192.0.2.44/32", "::/0 is not an IPV4 range"]
        );
    }

    #[test]
    fn another_version_is_refused_with_what_to_do() {
        let field = |path: &str| [FieldDiff { path: path.to_owned(), before: None, after: None }];
        let refused = |path: &str| IpSet::refuses(&Value::Null, &Value::Null, &field(path));
        assert!(refused("/IPAddressVersion").is_some_and(|why| why.contains("declare another set")));
        assert_eq!(refused("/Addresses"), None);
    }

    #[test]
    fn a_range_that_holds_much_of_the_internet_says_so_when_it_comes() {
        let set = |ranges: &[&str]| json!({ "Addresses": ranges });
        let said = |before: &[&str], after: &[&str]| IpSet::advice(&set(before), &set(after), &[]);
        let told = said(&[], &["0.0.0.0/1", "192.0.2.0/24"]);
        assert!(
            matches!(&told[..], [one] if one.starts_with("0.0.0.0/1 is one in 2 of all IPv4 addresses")),
            "{told:?}"
        );
        assert_eq!(said(&["0.0.0.0/1"], &["0.0.0.0/1", "10.0.0.0/9"]), [""; 0]);
        assert_eq!(said(&[], &["8000::/1"]).len(), 1);
    }

    #[test]
    fn ranges_that_waf_takes_nowhere_are_mistakes() {
        let mistakes = |version: &str, range: &str| {
            let mistakes =
                IpSet::check(&spec(version, &[range, "192.0.2.0/24"][..if version == "IPV4" { 2 } else { 1 }]));
            mistakes.into_iter().map(|mistake| mistake.text).collect::<Vec<_>>()
        };
        assert_eq!(
            mistakes("IPV4", "195.178.188.66/29"),
            ["195.178.188.66/29 begins within its range: write 195.178.188.64/29"]
        );
        assert_eq!(mistakes("IPV6", "2001:db8::1/32"), ["2001:db8::1/32 begins within its range: write 2001:db8::/32"]);
        let halves = "0.0.0.0/0 is every address, which WAF takes in no set: write 0.0.0.0/1 and 128.0.0.0/1";
        assert_eq!(mistakes("IPV4", "0.0.0.0/0"), [halves]);
        assert_eq!(
            mistakes("IPV6", "::/0"),
            ["::/0 is every address, which WAF takes in no set: write ::/1 and 8000::/1"]
        );
        assert_eq!(mistakes("IPV4", "195.178.188.64/29"), [""; 0]);
    }
}
