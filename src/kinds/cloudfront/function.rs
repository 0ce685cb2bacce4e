use std::collections::BTreeMap;

use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types as sdk;
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{COMPLETE, PAGE, counted};
use crate::aws::{Aws, Clients, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, FieldDiff, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn, Unseen, key,
};

/// The longest name, and the longest comment, which is the note.
const NAME_MAX: usize = 64;
const NOTE_MAX: usize = 128;
/// The most that a function can be, in bytes.
const CODE_MAX: usize = 10_240;

/// A small program that CloudFront runs where the viewer is, for each request or answer.
///
/// A change is written to the stage DEVELOPMENT, which serves nobody, and then published to LIVE.
pub struct Function;

/// The properties of `AWS::CloudFront::Function`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `true`: what is written is published, so that distributions run it. Read as false while they run something else.
    #[serde(default)]
    pub auto_publish: bool,
    /// JavaScript with a function `handler(event)`; 10 KiB at most.
    pub function_code: String,
    pub function_config: Config,
}

/// In what it runs, and what it reads. The comment has the resource's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// The store that it reads values from; one at most.
    #[serde(default)]
    pub key_value_store_associations: Set<Store>,
    /// `cloudfront-js-2.0`, or `cloudfront-js-1.0`.
    pub runtime: String,
}

/// A store of keys and values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Store {
    #[serde(rename = "KeyValueStoreARN")]
    pub key_value_store_arn: String,
}

/// The return values of `AWS::CloudFront::Function`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    #[serde(rename = "FunctionARN")]
    pub function_arn: String,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::Function
    name: folders
    properties:
      AutoPublish: true
      FunctionConfig: { Runtime: cloudfront-js-2.0 }
      FunctionCode: |
        function handler(event) {
          if (event.request.uri.endsWith('/')) event.request.uri += 'index.html';
          return event.request;
        }
";

const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::Function
    name: folders
    properties:
      AutoPublish: true
      FunctionConfig: { Runtime: cloudfront-js-1.0 }
      FunctionCode: |
        function handler(event) {
          return event.request;
        }
";

impl Kind for Function {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        cloudformation: CloudFormation { comment: Some("FunctionConfig/Comment"), ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::Function",
            is_global: true,
            indexed_as: None,
            reference: "FunctionARN",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Name { note: Some(NOTE_MAX) },
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::CloudFront::Distribution",
                Detection::Left("it runs it, and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListFunctions", "cloudfront:GetFunction"],
                create: &[
                    "cloudfront:CreateFunction",
                    "cloudfront:DescribeFunction",
                    "cloudfront:UpdateFunction",
                    "cloudfront:PublishFunction",
                ],
                update: &["cloudfront:DescribeFunction", "cloudfront:UpdateFunction", "cloudfront:PublishFunction"],
                retag: &["cloudfront:DescribeFunction", "cloudfront:GetFunction", "cloudfront:UpdateFunction"],
                delete: &["cloudfront:DescribeFunction", "cloudfront:DeleteFunction"],
                on: &[
                    ("cloudfront:CreateFunction", FUNCTIONS),
                    ("cloudfront:PublishFunction", FUNCTIONS),
                    ("cloudfront:UpdateFunction", FUNCTIONS),
                    ("cloudfront:DeleteFunction", FUNCTIONS),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let written = summaries(reader, sdk::FunctionStage::Development).await?;
        let ours: Vec<_> = written.into_iter().filter(|one| scope.owns_named(&one.name, &one.name)).collect();
        let mut listing = Listing::default();
        if ours.is_empty() {
            return Ok(listing);
        }
        let live = summaries(reader, sdk::FunctionStage::Live).await?;
        let live: BTreeMap<String, sdk::FunctionSummary> =
            live.into_iter().map(|one| (one.name.clone(), one)).collect();
        let reads = ours.iter().map(|one| read(reader, one, live.get(&one.name)));
        for (one, answer) in ours.iter().zip(join_all(reads).await) {
            match answer {
                Ok(found) => listing.found.push(found),
                Err(failure) => {
                    let tags = Some(Tags::of_name(&one.name));
                    listing.unseen.push(Unseen { id: one.name.clone(), tags, failure });
                }
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        writer.admit(name);
        let config = config(&spec.function_config, tags.get(key::NOTE));
        let call = writer.cloudfront().create_function().name(name).function_config(config.clone());
        let (there, etag) = match call.function_code(code(spec)).send().await.map_err(Failure::from) {
            // The name is ours alone: an earlier try made it.
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let (there, etag) = current(writer, name).await?;
                (there, put(writer, name, etag, config, code(spec)).await?)
            }
            answer => {
                let answer = answer?;
                (answer.function_summary.ok_or_else(|| nothing(name))?, answer.e_tag.unwrap_or_default())
            }
        };
        publish(writer, name, &etag).await?;
        Ok(Made::ready(name.to_owned(), outputs(&there)))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let (there, mut etag) = current(writer, &live.id).await?;
        if changes.touches("/FunctionCode") || changes.touches("/FunctionConfig") {
            let note = there.function_config().map(sdk::FunctionConfig::comment);
            etag = put(writer, &live.id, etag, config(&spec.function_config, note), code(spec)).await?;
        }
        publish(writer, &live.id, &etag).await?;
        Ok(Turn::Done(live.updated()))
    }

    /// The comment of what is live says nothing to anybody: this is not published.
    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, _: &[String]) -> Result<()> {
        let (there, etag) = current(writer, bearer.id).await?;
        let mut noted = there.function_config.ok_or_else(|| nothing(bearer.id))?;
        noted.comment = set.get(key::NOTE).unwrap_or_default().to_owned();
        let call = writer.cloudfront().get_function().name(bearer.id).stage(sdk::FunctionStage::Development);
        let code = call.send().await?.function_code.ok_or_else(|| nothing(bearer.id))?;
        put(writer, bearer.id, etag, noted, code).await.map(drop)
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let etag = match current(writer, &live.id).await {
            Err(failure) if failure.is(Class::NotFound) => return Ok(Turn::Done(Vec::new())),
            answer => answer?.1,
        };
        match gone(writer.cloudfront().delete_function().name(&live.id).if_match(etag).send().await) {
            // A distribution lets go of it when its change has spread.
            Err(failure) if failure.is(Class::Busy) => Ok(Turn::Busy(failure)),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is_run = fields.iter().any(|field| field.path.starts_with("/Function"));
        let text = "is published at once: every distribution that runs it runs the new code within seconds";
        is_run.then(|| text.to_owned()).into_iter().collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let Config { key_value_store_associations: stores, runtime } = &spec.function_config;
        let wrong = Mistake::all([
            (
                !spec.auto_publish,
                "/AutoPublish",
                "is not true: what is not published serves nobody, and AWS takes nothing back that was published",
            ),
            (
                !sdk::FunctionRuntime::values().contains(&runtime.as_str()),
                "/FunctionConfig/Runtime",
                "is none of cloudfront-js-1.0 and cloudfront-js-2.0",
            ),
            (
                !stores.is_empty() && runtime == "cloudfront-js-1.0",
                "/FunctionConfig/KeyValueStoreAssociations",
                "are for cloudfront-js-2.0 alone",
            ),
            (stores.len() > 1, "/FunctionConfig/KeyValueStoreAssociations", "are several, and CloudFront takes one"),
            (spec.function_code.len() > CODE_MAX, "/FunctionCode", "is larger than the 10 KiB that CloudFront takes"),
            (spec.function_code.trim().is_empty(), "/FunctionCode", "is empty"),
        ]);
        wrong.collect()
    }
}

const FUNCTIONS: &[On] = &[On::Called("function/")];

/// All functions of the account that have a stage: each has DEVELOPMENT. The operation has no paginator.
async fn summaries(clients: &Clients, stage: sdk::FunctionStage) -> Result<Vec<sdk::FunctionSummary>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let call = clients.cloudfront().list_functions().stage(stage.clone()).max_items(PAGE).set_marker(marker);
        let Some(page) = call.send().await?.function_list else { return Ok(all) };
        all.extend(page.items.unwrap_or_default());
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// Reads what was written, and whether distributions run that.
async fn read(
    reader: &Reader,
    written: &sdk::FunctionSummary,
    live: Option<&sdk::FunctionSummary>,
) -> Result<Found<Function>> {
    let name = &written.name;
    let code = async |stage: sdk::FunctionStage| -> Result<String> {
        let answer = reader.cloudfront().get_function().name(name).stage(stage).send().await?;
        let code = answer.function_code.ok_or_else(|| nothing(name))?;
        Ok(String::from_utf8_lossy(code.as_ref()).into_owned())
    };
    let function_code = code(sdk::FunctionStage::Development).await?;
    let function_config = written.function_config().map(read_config).ok_or_else(|| nothing(name))?;
    let auto_publish = match live {
        None => false,
        Some(live) => {
            live.function_config().map(read_config).as_ref() == Some(&function_config)
                && code(sdk::FunctionStage::Live).await? == function_code
        }
    };
    let note = written.function_config().map(sdk::FunctionConfig::comment).filter(|note| !note.is_empty());
    let tags = Tags::from_iter(note.map(|note| (key::NOTE, note)));
    let spec = Spec { auto_publish, function_code, function_config };
    Ok(Found::ready(name.clone(), Some(name.clone()), spec, outputs(written), tags))
}

fn read_config(from: &sdk::FunctionConfig) -> Config {
    let stores = from.key_value_store_associations().map(sdk::KeyValueStoreAssociations::items).unwrap_or_default();
    let store = |one: &sdk::KeyValueStoreAssociation| Store { key_value_store_arn: one.key_value_store_arn.clone() };
    Config {
        key_value_store_associations: stores.iter().map(store).collect(),
        runtime: from.runtime.as_str().to_owned(),
    }
}

fn config(from: &Config, note: Option<&str>) -> sdk::FunctionConfig {
    let store = |one: &Store| {
        let store = sdk::KeyValueStoreAssociation::builder().key_value_store_arn(&one.key_value_store_arn);
        store.build().expect(COMPLETE)
    };
    let (quantity, stores) = counted(from.key_value_store_associations.iter().map(store));
    let stores = sdk::KeyValueStoreAssociations::builder().quantity(quantity).set_items(Some(stores));
    let config = sdk::FunctionConfig::builder()
        .comment(note.unwrap_or_default())
        .runtime(from.runtime.as_str().into())
        .set_key_value_store_associations((quantity > 0).then(|| stores.build().expect(COMPLETE)));
    config.build().expect(COMPLETE)
}

fn code(spec: &Spec) -> Blob {
    Blob::new(spec.function_code.as_bytes())
}

/// What is written now, and the tag that the next change has to show.
async fn current(writer: &Writer, name: &str) -> Result<(sdk::FunctionSummary, String)> {
    let call = writer.cloudfront().describe_function().name(name).stage(sdk::FunctionStage::Development);
    let answer = call.send().await?;
    Ok((answer.function_summary.ok_or_else(|| nothing(name))?, answer.e_tag.unwrap_or_default()))
}

/// Overwrites what is written; returns the tag that publishing it has to show.
async fn put(writer: &Writer, name: &str, etag: String, config: sdk::FunctionConfig, code: Blob) -> Result<String> {
    let call = writer.cloudfront().update_function().name(name).if_match(etag);
    let answer = call.function_config(config).function_code(code).send().await?;
    Ok(answer.e_tag.unwrap_or_default())
}

async fn publish(writer: &Writer, name: &str, etag: &str) -> Result<()> {
    writer.cloudfront().publish_function().name(name).if_match(etag).send().await?;
    Ok(())
}

fn nothing(name: &str) -> Failure {
    Failure::new(Class::Other, format!("CloudFront returned nothing of the function {name}"))
}

fn outputs(from: &sdk::FunctionSummary) -> Outputs {
    let arn = from.function_metadata().map(|told| told.function_arn.clone());
    Outputs { function_arn: arn.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn spec(publish: bool, runtime: &str, stores: &[&str], code: &str) -> Spec {
        let stores: Vec<_> = stores.iter().map(|arn| json!({ "KeyValueStoreARN": arn })).collect();
        let config = json!({ "Runtime": runtime, "KeyValueStoreAssociations": stores });
        from_value(json!({ "AutoPublish": publish, "FunctionConfig": config, "FunctionCode": code })).unwrap()
    }

    #[test]
    fn what_is_sent_is_read_back_as_it_was_written() {
        for stores in [&[][..], &["arn:aws:cloudfront::123456789012:key-value-store/a"]] {
            let written = spec(true, "cloudfront-js-2.0", stores, "c").function_config;
            let sent = config(&written, Some("note"));
            assert_eq!(read_config(&sent), written);
            assert_eq!(sent.key_value_store_associations().is_some(), !stores.is_empty());
        }
    }

    #[test]
    fn what_cloudfront_would_refuse_is_a_mistake() {
        let wrong = |spec: Spec| Function::check(&spec).into_iter().map(|mistake| mistake.path).collect::<Vec<_>>();
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong(spec(true, "cloudfront-js-2.0", &["a"], "c")), none);
        assert_eq!(wrong(spec(false, "cloudfront-js-2.0", &[], "c")), ["/AutoPublish"]);
        assert_eq!(wrong(spec(true, "nodejs22.x", &[], "c")), ["/FunctionConfig/Runtime"]);
        assert_eq!(wrong(spec(true, "cloudfront-js-1.0", &["a"], "c")), ["/FunctionConfig/KeyValueStoreAssociations"]);
        assert_eq!(
            wrong(spec(true, "cloudfront-js-2.0", &["a", "b"], "c")),
            ["/FunctionConfig/KeyValueStoreAssociations"]
        );
        assert_eq!(wrong(spec(true, "cloudfront-js-2.0", &[], &"c".repeat(CODE_MAX + 1))), ["/FunctionCode"]);
        assert_eq!(wrong(spec(true, "cloudfront-js-2.0", &[], " ")), ["/FunctionCode"]);
    }
}
