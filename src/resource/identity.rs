//! Where the identity of a live resource and the digest of its last apply are kept: in its tags, or in its name and note.

use super::{Name, StackId, Tags, key};

/// Where a kind's resources say whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// In tags, with the digest and the user's own.
    Tags,
    /// AWS can't tag them: in the physical name. The digest is in a comment or description, where the type has one that
    /// is not the user's.
    Name {
        /// The most characters of that comment; none: there is no such, and causes are unknown.
        note: Option<usize>,
    },
    /// AWS can't tag them, and they are called as somebody else says: in a thing beside each, which the kind makes, changes
    /// and deletes with it, and writes the tags of identity and the digest on.
    Mark {
        /// The most characters of the digest.
        digest: usize,
    },
}

/// AWS's limit for a tag's value.
const TAG_VALUE: usize = 256;
/// Stands between the parts of a name. No project, tenant or environment has two dashes in a row, or one at its end; what
/// a resource is called comes last.
const BETWEEN: &str = "--";
/// Begins a note, for whoever reads it in the console.
const NOTE: &str = "provision ";
/// Ends the note of what the YAML protects.
const PROTECTED: &str = " protected";

impl Identity {
    /// Returns whether a resource can bear a tag of ours or of the user's; identity is borne by all.
    pub fn bears(self, tag: &str) -> bool {
        let is_noted = [key::DIGEST, key::PROTECTED].contains(&tag);
        match self {
            Self::Tags => true,
            Self::Name { note } => is_identity(tag) || (note.is_some() && is_noted),
            Self::Mark { .. } => is_identity(tag) || is_noted,
        }
    }

    /// The most characters of a digest; none: there is no place for it.
    pub const fn digest_room(self) -> Option<usize> {
        match self {
            Self::Tags => Some(TAG_VALUE),
            Self::Name { note: Some(most) } => Some(most - NOTE.len() - PROTECTED.len()),
            Self::Name { note: None } => None,
            Self::Mark { digest } => Some(digest),
        }
    }

    /// Whether its name alone makes a resource ours, so that it can't be adopted, forgotten nor renamed.
    pub const fn is_name(self) -> bool {
        matches!(self, Self::Name { .. })
    }

    /// The tags of a live resource, from what its kind read: its name and its note tell as much as tags would.
    pub(super) fn read(self, name: Option<&str>, tags: &Tags) -> Tags {
        match self {
            Self::Tags => tags.clone(),
            Self::Mark { .. } => self.borne(tags),
            Self::Name { .. } => {
                let mut told = name.map(Tags::of_name).unwrap_or_default();
                told.0.extend(tags.get(key::NOTE).map(noted).unwrap_or_default().0);
                told
            }
        }
    }

    /// The tags that the kind has to write: all of them, or the note that says the same.
    pub(super) fn written(self, tags: &Tags) -> Tags {
        match self {
            Self::Tags => tags.clone(),
            Self::Mark { .. } => self.borne(tags),
            Self::Name { note: None } => Tags::default(),
            Self::Name { note: Some(_) } => Tags::from_iter([(key::NOTE, note(tags))]),
        }
    }

    /// Those of the tags that a resource can bear.
    fn borne(self, tags: &Tags) -> Tags {
        tags.iter().filter(|(tag, _)| self.bears(tag)).collect()
    }
}

/// The name of a resource that AWS can't tag: `shop--acme--production--assets`.
pub(super) fn telling_name(project: &str, stack: &StackId, name: &str) -> Name {
    Name::given([project, &stack.tenant, &stack.environment, name].join(BETWEEN))
}

impl Tags {
    /// The tags of identity that the physical name of a resource stands for which AWS can't tag; none if the name is
    /// nobody's.
    pub fn of_name(name: &str) -> Self {
        let parts: Vec<_> = name.splitn(4, BETWEEN).collect();
        let [project, tenant, environment, own] = parts[..] else { return Self::default() };
        let is_part = |part: &str| {
            part.starts_with(|letter: char| letter.is_ascii_lowercase()) && !part.ends_with('-') && is_plain(part)
        };
        if ![project, tenant, environment].into_iter().all(is_part) || !is_plain(own) {
            return Self::default();
        }
        Self::from_iter([
            (key::PROJECT, project),
            (key::TENANT, tenant),
            (key::ENVIRONMENT, environment),
            (key::NAME, own),
        ])
    }
}

fn is_plain(part: &str) -> bool {
    super::Address::is_name(part)
}

fn is_identity(tag: &str) -> bool {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME].contains(&tag)
}

/// The text of a note: the digest, and whether the YAML protects the resource.
fn note(tags: &Tags) -> String {
    let digest = tags.get(key::DIGEST).unwrap_or_default();
    let protected = if tags.get(key::PROTECTED).is_some() { PROTECTED } else { "" };
    format!("{NOTE}{digest}{protected}")
}

/// The tags that a note says; none, if it is not one of ours.
fn noted(text: &str) -> Tags {
    let Some(rest) = text.strip_prefix(NOTE) else { return Tags::default() };
    let (digest, is_protected) = match rest.strip_suffix(PROTECTED) {
        Some(digest) => (digest, true),
        None => (rest, false),
    };
    let protected = is_protected.then_some((key::PROTECTED, "true"));
    [(key::DIGEST, digest)].into_iter().chain(protected).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOTED: Identity = Identity::Name { note: Some(128) };

    #[test]
    fn a_name_tells_project_tenant_environment_and_name() {
        let name = telling_name("shop", &StackId::new("acme-de", "production"), "assets");
        assert_eq!(name.as_str(), "shop--acme-de--production--assets");
        let tags = Tags::of_name(name.as_str());
        assert_eq!(tags.stack(), Some(StackId::new("acme-de", "production")));
        assert_eq!((tags.get(key::PROJECT), tags.get(key::NAME)), (Some("shop"), Some("assets")));
    }

    #[test]
    fn what_is_no_name_of_ours_tells_nothing() {
        for name in [
            "",
            "assets",
            "acme-production-assets",
            "shop--acme--production",
            "shop--acme--production--",
            "shop--acme--production--Assets",
            "shop--acme---production--assets",
            "shop--2acme--production--assets",
            "--acme--production--assets",
        ] {
            assert!(Tags::of_name(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_note_holds_the_digest_and_the_mark_and_a_text_of_somebody_elses_neither() {
        let tags = Tags::from_iter([(key::DIGEST, "v2:abc.."), (key::PROTECTED, "true"), ("owner", "ann")]);
        let written = NOTED.written(&tags);
        assert_eq!(written.get(key::NOTE), Some("provision v2:abc.. protected"));
        let read = NOTED.read(Some("shop--acme--production--assets"), &written);
        assert_eq!((read.get(key::DIGEST), read.get(key::PROTECTED)), (Some("v2:abc.."), Some("true")));
        assert_eq!(read.get("owner"), None);
        let theirs = Tags::from_iter([(key::NOTE, "for the campaign, protected")]);
        assert_eq!(NOTED.read(Some("assets"), &theirs), Tags::default());
        assert_eq!(Identity::Tags.written(&tags), tags);
    }

    #[test]
    fn what_was_tagged_by_hand_is_not_believed_where_the_name_tells() {
        let tags = Tags::from_iter([(key::TENANT, "other")]);
        let read = Identity::Name { note: None }.read(Some("shop--acme--production--assets"), &tags);
        assert_eq!(read.get(key::TENANT), Some("acme"));
    }

    proptest! {
        #[test]
        fn no_two_resources_have_one_name(
            one in parts(),
            other in parts(),
        ) {
            let name = |(project, tenant, environment, own): &(String, String, String, String)| {
                telling_name(project, &StackId::new(&**tenant, &**environment), own)
            };
            prop_assert_eq!(name(&one) == name(&other), one == other);
            let tags = Tags::of_name(name(&one).as_str());
            prop_assert_eq!(tags.get(key::PROJECT), Some(&*one.0));
            prop_assert_eq!(tags.stack(), Some(StackId::new(&*one.1, &*one.2)));
            prop_assert_eq!(tags.get(key::NAME), Some(&*one.3));
        }
    }

    /// A project, a tenant, an environment and the name of a resource, of few letters so that many are alike.
    fn parts() -> impl Strategy<Value = (String, String, String, String)> {
        let part = || "[a-b](-?[a-b]){0,2}";
        (part(), part(), part(), "[a-b-]{1,5}")
    }
}
