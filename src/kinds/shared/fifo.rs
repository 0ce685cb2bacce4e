//! Queues and topics that keep an order: their names end in `.fifo`, which the engine does not know.

/// What AWS wants at the end of such a name, and nowhere else.
pub(in crate::kinds) const SUFFIX: &str = ".fifo";

/// The name that AWS knows it by.
pub(in crate::kinds) fn with_suffix(name: &str, is_fifo: bool) -> String {
    if is_fifo && !name.ends_with(SUFFIX) { format!("{name}{SUFFIX}") } else { name.to_owned() }
}

/// The name that the engine knows it by.
pub(in crate::kinds) fn without_suffix(name: &str) -> &str {
    name.strip_suffix(SUFFIX).unwrap_or(name)
}
