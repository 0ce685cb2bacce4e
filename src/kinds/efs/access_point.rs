use aws_sdk_efs::types::{
    AccessPointDescription as Description, CreationInfo as Owner, PosixUser as User, RootDirectory as Root,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::efs;
use crate::kinds::efs::file_system::FileSystem;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::list::some;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attached, Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake,
    Name, NameRule, On, Permissions, Ref, Replacement, Result, Scope, Tags, Turn,
};

/// The page size of the list.
const PAGE: i32 = 1000;
/// How deep a folder can be, and how long its path.
const DEPTH: usize = 4;
const PATH: usize = 100;

/// A way into a file system, to one of its folders and as one user.
pub struct AccessPoint;

/// The properties of `AWS::EFS::AccessPoint`. AWS changes none of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub file_system_id: Ref<FileSystem>,
    /// As whom all that comes this way reads and writes; null leaves it to the clients.
    #[serde(default)]
    pub posix_user: Option<PosixUser>,
    #[serde(default)]
    pub root_directory: RootDirectory,
}

/// A user of the file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PosixUser {
    /// The number of the group.
    pub gid: String,
    /// Those of further groups.
    #[serde(default)]
    pub secondary_gids: Set<String>,
    /// The number of the user; 0 is root.
    pub uid: String,
}

/// The folder that clients take for the root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RootDirectory {
    /// As whose EFS makes the folder when the first client comes; where it is null and the folder is not there, no client gets in.
    #[serde(default)]
    pub creation_info: Option<CreationInfo>,
    /// `/`, or up to four folders deep.
    #[serde(default = "slash")]
    pub path: String,
}

/// Whose a new folder is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreationInfo {
    pub owner_gid: String,
    pub owner_uid: String,
    /// In octal, `0755`.
    pub permissions: String,
}

/// The return values of `AWS::EFS::AccessPoint`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub access_point_id: String,
    pub arn: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EFS::FileSystem
    name: files
    properties: { Encrypted: true }
  - type: AWS::EFS::AccessPoint
    name: uploads
    properties:
      FileSystemId: \"{{ ref('AWS::EFS::FileSystem/files') }}\"
      PosixUser: { Uid: \"1000\", Gid: \"1000\" }
      RootDirectory:
        Path: /uploads
        CreationInfo: { OwnerUid: \"1000\", OwnerGid: \"1000\", Permissions: \"0755\" }
";

impl Kind for AccessPoint {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/FileSystemId", "/PosixUser", "/RootDirectory"],
        replacement: Replacement::CreateFirst,
        cloudformation: CloudFormation { tags: "AccessPointTags", ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::EFS::AccessPoint",
            is_global: false,
            indexed_as: Some("elasticfilesystem"),
            reference: "AccessPointId",
            name: NameRule::Assigned { max: 256 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["fsap-"],
            attachable: &[],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["elasticfilesystem:DescribeAccessPoints"],
                create: &["elasticfilesystem:CreateAccessPoint", "elasticfilesystem:TagResource"],
                update: &[],
                retag: &["elasticfilesystem:TagResource", "elasticfilesystem:UntagResource"],
                delete: &["elasticfilesystem:DeleteAccessPoint"],
                on: &[("elasticfilesystem:TagResource", &[On::Ours, On::Untagged("access-point/*")])],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let pages = reader.efs().describe_access_points().max_results(PAGE).into_paginator().items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
        let (ours, others): (Vec<_>, Vec<_>) =
            all.into_iter().map(found).partition(|one| scope.owns(&one.id, &one.tags));
        let attached = others.into_iter().map(|one| Attached { id: one.id, host: one.spec.file_system_id.to_string() });
        Ok(Listing { found: ours, attached: attached.collect(), ..Listing::default() })
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .efs()
            .create_access_point()
            .client_token(writer.token())
            .file_system_id(spec.file_system_id.as_str())
            .set_posix_user(spec.posix_user.as_ref().map(user).transpose()?)
            .root_directory(root(&spec.root_directory)?)
            .set_tags(tag::write(tags));
        match retry_while(MINUTE, efs::TRANSIENT, || call.clone().send()).await {
            // EFS answers so to a token that it knows, also where all else is the same.
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = of_token(writer, spec.file_system_id.as_str()).await?.ok_or(failure)?;
                ownership::adopt("the access point of this token", &there.tags, tags)?;
                Ok(Made { id: there.id, outputs: there.outputs, state: there.state })
            }
            answer => made(&answer?),
        }
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // Every property is create-only.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        efs::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        match gone(writer.efs().delete_access_point().access_point_id(&live.id).send().await) {
            Err(failure) if efs::is_transient(&failure) => Ok(Turn::Busy(failure)),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        mistakes(spec)
    }
}

fn made(answer: &aws_sdk_efs::operation::create_access_point::CreateAccessPointOutput) -> Result<Made<AccessPoint>> {
    let id = answer.access_point_id().ok_or_else(|| efs::empty("CreateAccessPoint"))?.to_owned();
    let arn = answer.access_point_arn().unwrap_or_default().to_owned();
    let state = efs::state(answer.life_cycle_state(), "the access point");
    Ok(Made { id: id.clone(), outputs: Outputs { access_point_id: id, arn }, state })
}

/// The access point that this writer's token has made.
async fn of_token(writer: &Writer, file_system: &str) -> Result<Option<Found<AccessPoint>>> {
    let pages = writer.efs().describe_access_points().file_system_id(file_system).max_results(PAGE);
    let all = pages.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    Ok(all.into_iter().find(|one| one.client_token() == Some(writer.token())).map(found))
}

fn found(one: Description) -> Found<AccessPoint> {
    let id = one.access_point_id().unwrap_or_default().to_owned();
    let arn = one.access_point_arn().unwrap_or_default().to_owned();
    Found {
        name: None,
        spec: spec(&one),
        outputs: Outputs { access_point_id: id.clone(), arn },
        id,
        tags: tag::read(one.tags()),
        state: efs::state(one.life_cycle_state(), "the access point"),
        unmodelled: Vec::new(),
        external: None,
    }
}

fn spec(one: &Description) -> Spec {
    let user = one.posix_user().map(|user| PosixUser {
        gid: user.gid().to_string(),
        secondary_gids: user.secondary_gids().iter().map(i64::to_string).collect(),
        uid: user.uid().to_string(),
    });
    let owner = one.root_directory().and_then(|root| root.creation_info()).map(|owner| CreationInfo {
        owner_gid: owner.owner_gid().to_string(),
        owner_uid: owner.owner_uid().to_string(),
        permissions: owner.permissions().to_owned(),
    });
    let path = one.root_directory().and_then(|root| root.path()).map_or_else(slash, str::to_owned);
    Spec {
        file_system_id: one.file_system_id().unwrap_or_default().into(),
        posix_user: user,
        root_directory: RootDirectory { creation_info: owner, path },
    }
}

fn user(from: &PosixUser) -> Result<User> {
    let groups = from.secondary_gids.iter().map(|gid| number(gid)).collect::<Result<Vec<_>>>()?;
    let user = User::builder().uid(number(&from.uid)?).gid(number(&from.gid)?).set_secondary_gids(some(groups));
    Ok(user.build().expect("user and group are set"))
}

fn root(from: &RootDirectory) -> Result<Root> {
    let owner = from.creation_info.as_ref().map(|owner| {
        let built = Owner::builder().owner_uid(number(&owner.owner_uid)?).owner_gid(number(&owner.owner_gid)?);
        Ok::<_, Failure>(built.permissions(&owner.permissions).build().expect("all three are set"))
    });
    Ok(Root::builder().path(&from.path).set_creation_info(owner.transpose()?).build())
}

/// A number that CloudFormation has as text; `check` has seen to it.
fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| Failure::new(Class::Invalid, format!("{text} is no number of a user or group")))
}

fn slash() -> String {
    "/".to_owned()
}

impl Default for RootDirectory {
    fn default() -> Self {
        Self { creation_info: None, path: slash() }
    }
}

/// What EFS refuses (docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html).
fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let root = &spec.root_directory;
    let is_path = root.path.starts_with('/')
        && (root.path == "/" || root.path.split('/').skip(1).all(|folder| !folder.is_empty()))
        && root.path.len() <= PATH
        && root.path.split('/').count() <= DEPTH + 1;
    let is_octal =
        |text: &str| (3..=4).contains(&text.len()) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let is_id = |text: &String| text.parse::<u32>().is_ok();
    let is_user = |user: &PosixUser| {
        is_id(&user.uid) && is_id(&user.gid) && user.secondary_gids.iter().all(is_id) && user.secondary_gids.len() <= 16
    };
    let owner = root.creation_info.as_ref();
    Mistake::all([
        (!is_path, "/RootDirectory/Path", "is no path from /, of up to four folders and 100 letters"),
        (
            owner.is_some_and(|owner| !is_octal(&owner.permissions)),
            "/RootDirectory/CreationInfo/Permissions",
            "are no three or four octal digits, `0755`",
        ),
        (
            owner.is_some_and(|owner| !is_id(&owner.owner_uid) || !is_id(&owner.owner_gid)),
            "/RootDirectory/CreationInfo",
            "has a user or group that is no number up to 4294967295",
        ),
        (
            spec.posix_user.as_ref().is_some_and(|user| !is_user(user)),
            "/PosixUser",
            "has a user or group that is no number up to 4294967295, or more than 16 further groups",
        ),
    ])
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn wrong(more: &Value) -> Vec<String> {
        let mut whole = json!({ "FileSystemId": "fs-1" });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let spec: Spec = from_value(whole).unwrap();
        AccessPoint::check(&spec).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn what_efs_tells_of_a_plain_one_is_what_one_would_write() {
        let told = Description::builder().file_system_id("fs-1").root_directory(Root::builder().path("/").build());
        let written: Spec = from_value(json!({ "FileSystemId": "fs-1" })).unwrap();
        assert_eq!(spec(&told.build()), written);
    }

    #[test]
    fn a_whole_one_is_read_as_it_was_written() {
        let written: Spec = from_value(json!({
            "FileSystemId": "fs-1",
            "PosixUser": { "Uid": "1000", "Gid": "1001", "SecondaryGids": ["5", "6"] },
            "RootDirectory": {
                "Path": "/a/b",
                "CreationInfo": { "OwnerUid": "1000", "OwnerGid": "1001", "Permissions": "0750" },
            },
        }))
        .unwrap();
        let told = Description::builder()
            .file_system_id("fs-1")
            .posix_user(user(written.posix_user.as_ref().unwrap()).unwrap())
            .root_directory(root(&written.root_directory).unwrap());
        assert_eq!(spec(&told.build()), written);
    }

    #[test]
    fn what_efs_refuses_is_refused_before() {
        let root = |path: &str, permissions: &str| {
            let owner = json!({ "OwnerUid": "0", "OwnerGid": "0", "Permissions": permissions });
            wrong(&json!({ "RootDirectory": { "Path": path, "CreationInfo": owner } }))
        };
        assert_eq!(wrong(&json!({})), [""; 0]);
        assert_eq!(root("/a/b/c/d", "0755"), [""; 0]);
        for path in ["a", "/a/", "/a/b/c/d/e"] {
            assert_eq!(root(path, "0755"), ["/RootDirectory/Path"], "{path}");
        }
        assert_eq!(root("/a", "rwx"), ["/RootDirectory/CreationInfo/Permissions"]);
        assert_eq!(wrong(&json!({ "RootDirectory": { "Path": "/a" } })), [""; 0], "it may be there");
        assert_eq!(wrong(&json!({ "PosixUser": { "Uid": "shop", "Gid": "0" } })), ["/PosixUser"]);
    }
}
