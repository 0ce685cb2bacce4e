//! Whose a thing is that has the name which a create wants: its own tags alone tell.

use crate::resource::{Class, Failure, Result, Tags, key};

/// Returns whether two sets of tags claim the same address.
pub(in crate::kinds) fn is_same(live: &Tags, ours: &Tags) -> bool {
    let keys = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME];
    keys.iter().all(|key| live.get(key).is_some() && live.get(key) == ours.get(key))
}

/// The conflict over a name that somebody else's resource has; `what` names it, `live` are its tags.
pub(in crate::kinds) fn taken(what: &str, live: &Tags) -> Failure {
    let owner = match (live.get(key::PROJECT), live.stack(), live.get(key::NAME)) {
        (Some(project), Some(stack), Some(name)) => format!("belongs to {name} of {stack} in project {project}"),
        _ => "is not ours: it bears none of our tags".to_owned(),
    };
    Failure::new(Class::AlreadyExists, format!("{what} is there already and {owner}"))
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
