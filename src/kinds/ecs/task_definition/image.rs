//! Names of container images (github.com/distribution/reference).

use aws_sdk_ecr::types::ImageIdentifier;

use super::spec::Spec;
use crate::aws::Reader;
use crate::resource::{Failure, OPEN, Question, Result, pointer};

/// An image in a private registry of ECR.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ecr {
    pub account: String,
    pub region: String,
    pub repository: String,
    /// `:tag` or `@sha256:...`; empty for the tag `latest`.
    pub version: String,
}

impl Ecr {
    /// Returns the parts of an image's name, if it is in a private registry of ECR:
    /// `123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:42`.
    pub fn of(image: &str) -> Option<Self> {
        let (host, path) = image.split_once('/')?;
        let mut parts = host.split('.');
        let account = parts.next().filter(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))?;
        let (docker, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        if docker != "dkr" || !service.starts_with("ecr") {
            return None;
        }
        let (repository, version) = path.split_at(path.find(['@', ':']).unwrap_or(path.len()));
        let of = |text: &str| text.to_owned();
        Some(Self { account: of(account), region: of(region), repository: of(repository), version: of(version) })
    }
}

/// Asks about the images of private registries.
pub(super) fn questions(spec: &Spec) -> Vec<Question> {
    let images =
        spec.container_definitions.iter().filter_map(|container| Some((container, Ecr::of(&container.image)?)));
    let asked = images.map(|(container, image)| {
        let at = pointer::join(&pointer::join("/ContainerDefinitions", &container.name), "Image");
        Question::new(at, &[&image.account, &image.region, &image.repository, &image.version])
    });
    asked.collect()
}

/// Returns why no task can start from an image, if ECR has none. A reader asks about its own account and region: what another
/// account's registry would fetch at the first pull can't be told from outside.
pub(in crate::kinds::ecs) async fn missing(
    reader: &Reader,
    account: &str,
    region: &str,
    (repository, version): (&str, &str),
) -> Result<Option<String>> {
    if (account, region) != (reader.account(), reader.region()) {
        return Ok(None);
    }
    let version = if version.is_empty() { ":latest" } else { version };
    let id = match version.strip_prefix('@') {
        Some(digest) => ImageIdentifier::builder().image_digest(digest),
        None => ImageIdentifier::builder().image_tag(&version[1..]),
    };
    let call = reader.ecr().describe_images().registry_id(account).repository_name(repository).image_ids(id.build());
    let why = match call.send().await.map_err(Failure::from) {
        Ok(_) => return Ok(None),
        Err(failure) if failure.code == "RepositoryNotFoundException" => {
            format!("ECR of {account} in {region} has no repository {repository}")
        }
        Err(failure) if failure.code == "ImageNotFoundException" => {
            format!("the repository {repository} has no image {version}: push it first")
        }
        Err(failure) => return Err(failure),
    };
    Ok((!is_fetched(reader, repository).await?).then_some(why))
}

/// Whether the registry fetches the images of a repository from another one, with the repository, at the first pull.
async fn is_fetched(reader: &Reader, repository: &str) -> Result<bool> {
    let mut rules = reader.ecr().describe_pull_through_cache_rules().into_paginator().items().send();
    while let Some(rule) = rules.next().await {
        let prefix = rule?.ecr_repository_prefix.unwrap_or_default();
        let is_below = repository.strip_prefix(&*prefix).is_some_and(|rest| rest.starts_with('/'));
        if is_below || prefix == "ROOT" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what is wrong with the name of an image, if anything; one that is not known yet is right.
pub(super) fn mistake(image: &str) -> Option<String> {
    if image.contains(OPEN) {
        return None;
    }
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    // A colon behind the last slash begins a tag, one before it a registry's port.
    let tail = name.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match name[tail..].find(':') {
        Some(colon) => (&name[..tail + colon], Some(&name[tail + colon + 1..])),
        None => (name, None),
    };
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, name),
    };
    let is_digest =
        |text: &str| text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(is_low_hex));
    let wrong = if registry.is_some_and(|host| !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-".contains(&b)))
    {
        "its registry is no host"
    } else if path.is_empty() || !path.split('/').all(is_component) {
        "its path has other than small letters, digits and single separators (. _ -) between them"
    } else if tag.is_some_and(|tag| !is_tag(tag)) {
        "its tag has other than up to 128 letters, digits, dots, dashes and underscores"
    } else if digest.is_some_and(|digest| !is_digest(digest)) {
        "its digest is not `sha256:` and 64 hexadecimal digits"
    } else {
        return None;
    };
    Some(format!("`{image}` is no name of an image: {wrong}"))
}

fn is_low_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(|byte| is_word(*byte)) && bytes.last().is_some_and(|byte| is_word(*byte));
    let separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).filter(|part| !part.is_empty());
    let is_separator = |part: &str| part == "." || part == "_" || part == "__" || part.bytes().all(|byte| byte == b'-');
    ends && separators.into_iter().all(is_separator)
}

fn is_tag(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_inner) && !text.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_registries_take_are_taken() {
        let digest = format!("shop@sha256:{}", "0a".repeat(32));
        for image in [
            "nginx",
            "nginx:1.29",
            "library/nginx",
            "public.ecr.aws/nginx/nginx:1.29",
            "registry.example.com:5000/a/b--c__d.e:V_1.2-x",
            "localhost/shop",
            &digest,
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:42",
            "⟦AWS::ECR::Repository/shop.RepositoryUri⟧:1",
        ] {
            assert_eq!(mistake(image), None, "{image}");
        }
    }

    #[test]
    fn a_name_that_no_registry_takes_is_a_mistake_that_says_what() {
        for (image, what) in [
            ("Shop:1", "path"),
            ("shop:", "tag"),
            ("shop:a b", "tag"),
            ("a//b", "path"),
            ("shop@sha256:12", "digest"),
            ("https://example.com/shop", "path"),
            ("", "path"),
        ] {
            assert!(mistake(image).is_some_and(|text| text.contains(what)), "{image}: {:?}", mistake(image));
        }
    }

    #[test]
    fn an_image_of_ecr_is_known_by_its_host() {
        let ecr = Ecr::of("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/shop:42").unwrap();
        assert_eq!(
            (ecr.region.as_str(), ecr.repository.as_str(), ecr.version.as_str()),
            ("cn-north-1", "team/shop", ":42")
        );
        assert_eq!(Ecr::of("public.ecr.aws/nginx/nginx:1.29"), None);
    }
}
