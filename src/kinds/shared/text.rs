//! Texts of a call.

/// A text that is sent only if there is one: services refuse empty ones, WAF every empty description, and take a text that is
/// left out for none.
pub(in crate::kinds) fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
