use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::class::classify;
use crate::resource::{Class, Failure};

/// Makes a failure of whatever the SDK answers; the class is decided here and nowhere else.
impl<E, R> From<SdkError<E, R>> for Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        match error {
            SdkError::ServiceError(answer) => {
                let meta = answer.err().meta();
                let code = meta.code().unwrap_or_default().to_owned();
                let message = meta.message().unwrap_or("(no message)").to_owned();
                let class = classify(&code, &message);
                let request_id = meta.extra("aws_request_id").map(str::to_owned);
                Self { code, request_id, ..Self::new(class, message) }
            }
            SdkError::TimeoutError(_) => Self::new(Class::Ambiguous, "no answer in time"),
            error @ SdkError::ResponseError(_) => Self::new(Class::Ambiguous, chain(&error)),
            SdkError::DispatchFailure(failure) if failure.is_timeout() || failure.is_io() => {
                let refused = failure.as_connector_error().is_some_and(|error| chain(error).contains("onnect"));
                let class = if refused { Class::Unreachable } else { Class::Ambiguous };
                Self::new(class, failure.as_connector_error().map_or_else(String::new, |error| chain(error)))
            }
            other => construction(&other),
        }
    }
}

/// A failure before anything was sent: our own check, or missing credentials.
fn construction(error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(ours) = error.downcast_ref::<Failure>() {
            return ours.clone();
        }
        cause = error.source();
    }
    let text = chain(error);
    let class = if text.to_ascii_lowercase().contains("credentials") || text.contains("identity") {
        Class::Credentials
    } else {
        Class::Invalid
    };
    Failure::new(class, text)
}

/// The whole chain of causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = error.source();
    }
    parts.join(": ")
}
