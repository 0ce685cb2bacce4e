//! Lists of a call.

/// A list that is sent only if something is in it: services refuse empty ones, or tell them by leaving them out.
pub(in crate::kinds) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}
