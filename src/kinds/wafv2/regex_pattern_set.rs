use aws_sdk_wafv2::types::{Regex, Scope as WafScope};
use futures_util::future::try_join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// Expressions that rules of a web ACL look for. AWS allows an account ten sets in a region: for one expression a rule has a
/// `RegexMatchStatement`.
pub struct RegexPatternSet;

/// The most letters of an expression (docs.aws.amazon.com/waf/latest/developerguide/limits.html).
const LETTERS: usize = 200;

/// The properties of `AWS::WAFv2::RegexPatternSet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub description: String,
    /// Expressions, of which one has to match; 10 unless AWS has raised that, of at most 200 letters each.
    pub regular_expression_list: Set<String>,
    /// `REGIONAL`, or `CLOUDFRONT` (only in us-east-1).
    pub scope: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::WAFv2::RegexPatternSet
    name: scanners
    properties:
      Scope: REGIONAL
      RegularExpressionList: ['^/wp-(admin|login)', '^/[.]git/']
";

const CHANGED: &str = "
resources:
  - type: AWS::WAFv2::RegexPatternSet
    name: scanners
    properties: { Scope: REGIONAL, Description: What nobody honest asks for, RegularExpressionList: ['^/[.]env$'] }
";

impl Kind for RegexPatternSet {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Scope"],
        grants: &["/RegularExpressionList"],
        cloudformation: CloudFormation { wanted_empty: &["RegularExpressionList"], ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::WAFv2::RegexPatternSet",
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
                read: &["wafv2:ListRegexPatternSets", "wafv2:GetRegexPatternSet", "wafv2:ListTagsForResource"],
                create: &[
                    "wafv2:CreateRegexPatternSet",
                    "wafv2:TagResource",
                    "wafv2:ListRegexPatternSets",
                    "wafv2:GetRegexPatternSet",
                    "wafv2:ListTagsForResource",
                ],
                update: &["wafv2:UpdateRegexPatternSet", "wafv2:GetRegexPatternSet"],
                retag: &["wafv2:TagResource", "wafv2:UntagResource"],
                delete: &["wafv2:DeleteRegexPatternSet", "wafv2:GetRegexPatternSet"],
                on: &[
                    ("wafv2:CreateRegexPatternSet", &[On::Made("*/regexpatternset/*")]),
                    ("wafv2:TagResource", &[On::Ours, On::Untagged("*/regexpatternset/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let sent = retry_while(5 * MINUTE, wafv2::TRANSIENT, || async {
            let call = writer.wafv2().create_regex_pattern_set().name(name.as_str()).scope(spec.scope.as_str().into());
            let call =
                call.set_regular_expression_list(Some(expressions(spec))).set_description(given(&spec.description));
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
            let call = writer.wafv2().update_regex_pattern_set().name(name).id(id).lock_token(token);
            let call = call.scope(spec.scope.as_str().into()).set_regular_expression_list(Some(expressions(spec)));
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
            let call = writer.wafv2().delete_regex_pattern_set().name(name).id(&live.outputs.id);
            Ok(call.scope(live.spec.scope.as_str().into()).lock_token(token).send().await.map(drop)?)
        })
        .await
        .map(Turn::Done)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_long = spec.regular_expression_list.iter().any(|one| one.chars().count() > LETTERS);
        Mistake::all([(is_long, "/RegularExpressionList", "an expression has at most 200 letters")]).collect()
    }
}

impl Named for RegexPatternSet {
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

impl Adopted for RegexPatternSet {
    const WHAT: &'static str = "the pattern set";

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
        let call = clients.wafv2().list_regex_pattern_sets().scope(scope.clone()).limit(wafv2::PAGE);
        let answer = call.set_next_marker(marker).send().await?;
        let sets = answer.regex_pattern_sets().iter().map(|set| (set.name(), set.id(), set.arn()));
        all.extend(sets.filter_map(|set| wafv2::listed(set, scope)));
        // WAF gives a marker with the last page, too; the page after it is empty.
        marker = answer.next_marker().filter(|_| !answer.regex_pattern_sets().is_empty()).map(str::to_owned);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// Reads the content and the token that the next change has to show.
async fn get(clients: &Clients, name: &str, id: &str, scope: &str) -> Result<(Spec, String)> {
    let answer = clients.wafv2().get_regex_pattern_set().name(name).id(id).scope(scope.into()).send().await?;
    let nothing = || Failure::new(Class::Other, format!("GetRegexPatternSet returned no set {name}"));
    let set = answer.regex_pattern_set().ok_or_else(nothing)?;
    let spec = Spec {
        description: set.description().unwrap_or_default().to_owned(),
        regular_expression_list: set.regular_expression_list().iter().filter_map(Regex::regex_string).collect(),
        scope: scope.to_owned(),
    };
    Ok((spec, answer.lock_token().unwrap_or_default().to_owned()))
}

fn expressions(spec: &Spec) -> Vec<Regex> {
    spec.regular_expression_list.iter().map(|one| Regex::builder().regex_string(one).build()).collect()
}
