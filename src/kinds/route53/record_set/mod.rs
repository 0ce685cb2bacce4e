mod example;
mod marker;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_route53::types::ResourceRecordSet;
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use crate::aws::{Aws, Clients, Reader, Writer};
use crate::kinds::route53::{self, name, zone_id};
use crate::kinds::shared::ownership;
use crate::resource::{
    Bearer, Changes, Class, Command, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Question, Replacement, Result, Scope, Tags, Turn, Unseen,
};

/// A record of a zone, the stack's own or one that is given.
///
/// AWS can't tag it. A TXT record below `_provision` of the zone says whose it is, and stands and falls with it. A record
/// without that is somebody else's: it is never changed nor deleted.
pub struct RecordSet;

/// The return values of `AWS::Route53::RecordSet`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// Its name.
    #[serde(rename = "Name")]
    pub record: String,
    /// The name of its zone.
    #[serde(skip)]
    zone: String,
    /// The record as AWS has it, and its mark: only what is given exactly so is deleted.
    #[serde(skip)]
    live: Vec<ResourceRecordSet>,
}

impl Kind for RecordSet {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/HostedZoneId"],
        unique_key: &["/HostedZoneId", "/Name", "/Type"],
        // It is in the new zone before it leaves the old one.
        replacement: Replacement::CreateFirst,
        updated_outputs: &["Name"],
        seconds: 45,
        preflight_reads: &["route53:GetHostedZone", "route53:ListResourceRecordSets"],
        ..Facts::of(Essentials {
            kind: "AWS::Route53::RecordSet",
            is_global: true,
            indexed_as: None,
            reference: "Name",
            name: NameRule::Assigned { max: 255 },
            // A string of its mark holds 255 characters, and begins with the tag's key.
            identity: Identity::Mark { digest: 230 },
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["route53:ListHostedZones", "route53:ListResourceRecordSets"],
                create: &[
                    "route53:ChangeResourceRecordSets",
                    "route53:GetChange",
                    "route53:GetHostedZone",
                    "route53:ListResourceRecordSets",
                ],
                update: &["route53:ChangeResourceRecordSets", "route53:GetChange"],
                retag: &["route53:ChangeResourceRecordSets", "route53:GetChange", "route53:ListResourceRecordSets"],
                delete: &["route53:ChangeResourceRecordSets", "route53:GetChange", "route53:ListResourceRecordSets"],
                on: &[
                    ("route53:ChangeResourceRecordSets", &[On::Any("hostedzone/*")]),
                    ("route53:GetHostedZone", &[On::Any("hostedzone/*")]),
                    ("route53:GetChange", &[On::Any("change/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let zones = route53::zones(reader).await?;
        let mut listing = Listing::default();
        let filled = zones.iter().filter(|zone| read::has_records(zone));
        let reads = filled.map(|zone| async move { (zone, read::zone(reader, scope, zone).await) });
        for (zone, answer) in join_all(reads).await {
            match answer {
                Ok(zone) => zone.list(scope, &mut listing),
                Err(failure) => listing.unseen.push(Unseen { id: zone_id(zone).to_owned(), tags: None, failure }),
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let zone = spec.hosted_zone_id.as_str();
        let zone_name = zone_name(writer, zone).await?;
        let new = [write::record(spec)?, marker::record(&zone_name, &spec.name, &spec.r#type, tags)?];
        match write::swap(writer, zone, [], new.clone()).await {
            Err(failure) if failure.is(Class::AlreadyExists) => take_over(writer, spec, &zone_name, tags, &new).await?,
            answer => answer?,
        }
        Ok(made(spec, zone_name, new.to_vec()))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let (zone, zone_name) = (spec.hosted_zone_id.as_str(), &live.outputs.zone);
        // The mark goes and comes with the record: if it is no longer as it was listed, AWS refuses the whole.
        let mark = marker::record(zone_name, &spec.name, &spec.r#type, &live.tags)?;
        let new = vec![write::record(spec)?, mark];
        write::swap(writer, zone, live.outputs.live.clone(), new.clone()).await?;
        Ok(Turn::Done(made(spec, zone_name.clone(), new)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let Outputs { zone, .. } = bearer.outputs;
        let Some((id, name, of_type)) = parts(bearer.id) else { return Err(no_id(bearer.id)) };
        let old = read::at(writer, id, &marker::name_of(zone, name, of_type), "TXT").await?;
        let mut tags = old.as_ref().map(marker::tags).unwrap_or_default();
        tags.0.extend(set.0.clone());
        tags.0.retain(|key, _| !unset.contains(key));
        let new = if tags.is_empty() { None } else { Some(marker::record(zone, name, of_type, &tags)?) };
        write::swap(writer, id, old, new).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let zone = live.spec.hosted_zone_id.as_str();
        match write::swap(writer, zone, live.outputs.live.clone(), []).await {
            Err(failure) if [Class::NotFound, Class::Conflict].contains(&failure.class) => {
                match read::at(writer, zone, &live.spec.name, &live.spec.r#type).await {
                    Ok(None) => leave_no_mark(writer, live).await,
                    Ok(Some(_)) => Err(failure),
                    Err(why) if why.is(Class::NotFound) => Ok(Turn::Done(Vec::new())),
                    Err(why) => Err(why),
                }
            }
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    /// Under another name it is no longer found under the old one; that it may be the same is no matter of alarm.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let is_open = |field: &FieldDiff| field.after.as_ref().is_some_and(crate::resource::is_open);
        let moves = |field: &&FieldDiff| ["/Name", "/Type"].contains(&field.path.as_str()) && !is_open(field);
        if fields.iter().any(|field| moves(&field)) { Disruption::Outage } else { Disruption::None }
    }

    fn advice(live: &Value, _: &Value, _: &[FieldDiff]) -> Vec<String> {
        let ttl = live["TTL"].as_i64().filter(|ttl| *ttl > 60);
        ttl.map(|ttl| format!("resolvers answer as before for up to {ttl} s")).into_iter().collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec::check(spec)
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        vec![Question::new("/Name", &[spec.hosted_zone_id.as_str(), &spec.name, &spec.r#type])]
    }

    /// A name that the zone can't have, or that somebody else's record has.
    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [zone, name, of_type] = about else { return Ok(None) };
        let zone_name = match zone_name(reader, zone).await {
            Err(failure) if failure.is(Class::NotFound) => {
                return Ok(Some(format!("there is no zone {zone} in this account")));
            }
            answer => answer?,
        };
        if !name::is_within(name, &zone_name) {
            return Ok(Some(format!("{name} is not in the zone {zone}, which is {zone_name}")));
        }
        if read::at(reader, zone, name, of_type).await?.is_none() {
            return Ok(None);
        }
        let mark = read::at(reader, zone, &marker::name_of(&zone_name, name, of_type), "TXT").await?;
        let tags = mark.as_ref().map(marker::tags).unwrap_or_default();
        Ok(tags.is_empty().then(|| in_the_way(&read::id(zone, name, of_type)).message))
    }
}

/// Ends a create that meets something of its name: an earlier try of ours, whose content may be out of date; or a mark whose
/// record somebody has deleted.
async fn take_over(
    writer: &Writer,
    spec: &Spec,
    zone_name: &str,
    tags: &Tags,
    new: &[ResourceRecordSet; 2],
) -> Result<()> {
    let zone = spec.hosted_zone_id.as_str();
    let record = read::at(writer, zone, &spec.name, &spec.r#type).await?;
    let mark = read::at(writer, zone, &marker::name_of(zone_name, &spec.name, &spec.r#type), "TXT").await?;
    let id = read::id(zone, &spec.name, &spec.r#type);
    let Some(mark) = mark else { return Err(in_the_way(&id)) };
    ownership::adopt(&format!("the record {id}"), &marker::tags(&mark), tags)?;
    write::swap(writer, zone, record.into_iter().chain([mark]), new.clone()).await
}

/// Takes away the mark of a record that somebody has deleted.
async fn leave_no_mark(writer: &Writer, live: &Found<RecordSet>) -> Result<Turn<Vec<Kept>>> {
    let Spec { hosted_zone_id, name, r#type, .. } = &live.spec;
    let mark = marker::name_of(&live.outputs.zone, name, r#type);
    let mark = read::at(writer, hosted_zone_id.as_str(), &mark, "TXT").await?;
    if let Some(mark) = mark {
        ownership::adopt(&format!("the mark of {}", live.id), &marker::tags(&mark), &live.tags)?;
        write::swap(writer, hosted_zone_id.as_str(), [mark], []).await?;
    }
    Ok(Turn::Done(Vec::new()))
}

async fn zone_name(clients: &Clients, zone: &str) -> Result<String> {
    let answer = clients.route53().get_hosted_zone().id(zone).send().await?;
    let name = answer.hosted_zone().map(|zone| name::normal(zone.name()));
    name.ok_or_else(|| Failure::new(Class::Other, format!("GetHostedZone returned no zone {zone}")))
}

/// The conflict over a name that somebody else's record has.
fn in_the_way(id: &str) -> Failure {
    let adopt = Command::new("adopt").word("STACK/ADDRESS").word(id);
    let what = format!(
        "the record {id} is there already and is not ours: nothing marks it. If it is this one, `{adopt}` marks it; if it is \
         somebody else's, take the name out of the YAML or the record out of the zone"
    );
    Failure::new(Class::AlreadyExists, what)
}

fn made(spec: &Spec, zone: String, live: Vec<ResourceRecordSet>) -> Made<RecordSet> {
    let id = read::id(spec.hosted_zone_id.as_str(), &spec.name, &spec.r#type);
    Made::ready(id, Outputs { record: spec.name.clone(), zone, live })
}

/// The zone, name and type in an id.
fn parts(id: &str) -> Option<(&str, &str, &str)> {
    let (zone, rest) = id.split_once('/')?;
    let (name, of_type) = rest.rsplit_once('/')?;
    Some((zone, name, of_type))
}

fn no_id(id: &str) -> Failure {
    Failure::new(Class::Other, format!("bug: {id} is the id of no record"))
}
