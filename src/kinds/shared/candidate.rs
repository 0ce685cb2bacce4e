//! Things that may be ours, of services that list names without tags.

use futures_util::future::join_all;

use crate::aws::TagIndex;
use crate::kinds::shared::idempotence::{is_same, taken};
use crate::resource::{Class, Failure, Found, Kind, Listing, Result, Scope, Stranger, Tags, Unseen};

/// A thing that has a name of ours, or that the tag index knows; only its own tags tell whose it is.
pub(in crate::kinds) struct Candidate<T> {
    pub id: String,
    pub name: String,
    pub arn: String,
    /// What the bulk read said of it.
    pub summary: T,
    /// Whether that says that it is being deleted: then what is not found of it is gone.
    pub is_leaving: bool,
}

impl<T> Candidate<T> {
    /// A thing that is known by its name, if that or the tag index says that it may be ours.
    pub(in crate::kinds) fn named(
        scope: &Scope,
        index: &TagIndex,
        (name, max): (Option<&str>, usize),
        arn: Option<&str>,
        summary: T,
    ) -> Option<Self> {
        let (name, arn) = (name?.to_owned(), arn?.to_owned());
        let may_be = scope.may_own(&name, max) || index.get(&arn).is_some();
        may_be.then(|| Self { id: name.clone(), name, arn, summary, is_leaving: false })
    }
}

/// What came of looking at one candidate.
enum Sight<K: Kind> {
    Ours(Found<K>),
    Foreign(Stranger),
    Unseen(Unseen),
    /// It was leaving, and is gone.
    Gone,
}

/// Reads the tags of each candidate, then the details of those that are the scope's. What fails for one stays unseen
/// for that one; also what is not found, since a list has just shown it.
pub(in crate::kinds) async fn examine<K, T, A, B>(
    scope: &Scope,
    candidates: Vec<Candidate<T>>,
    tags: impl Fn(String) -> A,
    read: impl Fn(Candidate<T>, Tags) -> B,
) -> Listing<K>
where
    K: Kind,
    A: Future<Output = Result<Tags>>,
    B: Future<Output = Result<Found<K>>>,
{
    let looks = candidates.into_iter().map(|candidate| {
        let (id, name) = (candidate.id.clone(), candidate.name.clone());
        let arn = candidate.arn.clone();
        let is_leaving = candidate.is_leaving;
        let (tags, read) = (tags(arn.clone()), &read);
        async move {
            let unseen = |id, tags, failure: Failure| match failure.class {
                Class::NotFound if is_leaving => Sight::Gone,
                _ => Sight::Unseen(Unseen { id, tags, failure }),
            };
            let tags = match tags.await {
                Ok(tags) if scope.owns(&id, &tags) || scope.asks_for(&arn) => tags,
                Ok(tags) => return Sight::Foreign(Stranger { id, name, tags }),
                Err(failure) => return unseen(id, None, failure),
            };
            read(candidate, tags.clone()).await.map_or_else(|failure| unseen(id, Some(tags), failure), Sight::Ours)
        }
    });
    let mut listing = Listing::default();
    for sight in join_all(looks).await {
        match sight {
            Sight::Ours(found) => listing.found.push(found),
            Sight::Foreign(stranger) => listing.strangers.push(stranger),
            Sight::Unseen(unseen) => listing.unseen.push(unseen),
            Sight::Gone => {}
        }
    }
    listing
}

/// The failure of a thing that a service lists and leaves out when it is asked to describe it: that is no absence.
pub(in crate::kinds) fn only_listed(service: &str) -> Failure {
    Failure::new(Class::NotFound, format!("{service} lists it, and does not describe it"))
        .hint("run the command again: it was made or deleted just now")
}

/// Lets a create go on with what is there already if it bears our tags for this address: an earlier try made it.
///
/// # Errors
/// [`Class::AlreadyExists`], naming the owner, if it is somebody else's.
pub(in crate::kinds) fn adopt(thing: &str, there: &Tags, ours: &Tags) -> Result<()> {
    if is_same(there, ours) {
        return Ok(());
    }
    Err(taken(thing, there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::key;

    fn tags(name: &str) -> Tags {
        [(key::PROJECT, "p"), (key::TENANT, "acme"), (key::ENVIRONMENT, "production"), (key::NAME, name)]
            .into_iter()
            .collect()
    }

    #[test]
    fn what_bears_our_tags_is_adopted() {
        assert_eq!(adopt("the cluster a", &tags("main"), &tags("main")), Ok(()));
    }

    #[test]
    fn what_bears_other_tags_is_refused_with_its_owner() {
        let refused = adopt("the cluster a", &tags("other"), &tags("main")).unwrap_err();
        assert_eq!(
            refused.message,
            "the cluster a is there already and belongs to other of acme/production in project p"
        );
        let refused = adopt("the cluster a", &Tags::default(), &tags("main")).unwrap_err();
        assert_eq!(refused.message, "the cluster a is there already and is not ours: it bears none of our tags");
    }
}
