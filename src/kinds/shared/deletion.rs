//! What is gone is deleted already; and when it goes.

use crate::resource::{Class, Failure, Result};

/// Takes "not found" for success: what is gone is deleted.
pub(in crate::kinds) fn gone<T, E>(answer: Result<T, E>) -> Result<()>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if !failure.is(Class::NotFound) => Err(failure),
        _ => Ok(()),
    }
}

/// The same where a service also says of something else that it is not found: only what it says with one of these codes
/// is about the thing itself.
pub(in crate::kinds) fn gone_as<T, E>(codes: &[&str], answer: Result<T, E>) -> Result<()>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if !codes.contains(&failure.code.as_str()) => Err(failure),
        _ => Ok(()),
    }
}

/// The date of a moment, `2026-12-24`.
pub(in crate::kinds) fn day(moment: &aws_smithy_types::DateTime) -> Option<String> {
    let text = moment.fmt(aws_smithy_types::date_time::Format::DateTime).ok()?;
    text.split('T').next().map(str::to_owned)
}
