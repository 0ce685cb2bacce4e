use std::any::Any;
use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, DispatchFailure, SdkError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::class::classify;
use super::operation::Operation;
use crate::resource::{Class, Failure};

/// Makes a failure of whatever the SDK answers; the class is decided here and in [`classify`], and nowhere else.
impl<E, R> From<SdkError<E, R>> for Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let failure = match error {
            SdkError::ServiceError(answer) => {
                let raw = (answer.raw() as &dyn Any).downcast_ref::<HttpResponse>();
                match raw {
                    // What was answered is not told: it may be credentials, or a container's environment.
                    Some(raw) if raw.status().is_success() => {
                        Self::new(Class::Other, format!("the answer cannot be read: {}", chain(answer.err())))
                    }
                    raw => refusal(answer.err().meta(), raw),
                }
            }
            SdkError::TimeoutError(_) => Self::new(Class::Ambiguous, "no answer in time"),
            SdkError::DispatchFailure(failure) if is_network(&failure) => {
                let text = failure.as_connector_error().map_or_else(String::new, |error| chain(error));
                Self::new(if never_connected(&text) { Class::Unreachable } else { Class::Ambiguous }, text)
            }
            error @ SdkError::ResponseError(_) => {
                ours(&error).unwrap_or_else(|| Self::new(Class::Ambiguous, chain(&error)))
            }
            other => unsent(&other),
        };
        // A failure of our own gates knows its operation already.
        match Operation::of_error::<E>() {
            Some(operation) if failure.operation.is_empty() => Self { operation: operation.to_string(), ..failure },
            _ => failure,
        }
    }
}

/// A failure that the service answered with.
fn refusal(meta: &ErrorMetadata, raw: Option<&HttpResponse>) -> Failure {
    let header = |name| raw.and_then(|raw| raw.headers().get(name));
    // Answers to HEAD have no body, and what is no AWS (a proxy, an emulator without this operation) has a foreign one:
    // then the status is all there is.
    let status = raw.map(|raw| raw.status().as_u16());
    let code = meta.code().or_else(|| status.map(code_of)).unwrap_or_default().to_owned();
    let message = match (meta.message(), status) {
        (Some(message), _) => message.to_owned(),
        (None, Some(status)) => format!("HTTP status {status}{}", raw.map(first_words).unwrap_or_default()),
        (None, None) => "(no message)".to_owned(),
    };
    let id = meta.extra("aws_request_id").or_else(|| header("x-amzn-requestid")).or_else(|| header("x-amz-request-id"));
    let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let class = classify(&code, &message);
    Failure { code, request_id: id.map(str::to_owned), retry_after, ..Failure::new(class, message) }
}

/// The code that an answer without one would have had.
fn code_of(status: u16) -> &'static str {
    match status {
        401 | 403 => "AccessDenied",
        404 => "NotFound",
        409 => "ConditionalRequestConflict",
        412 => "PreconditionFailed",
        429 => "TooManyRequestsException",
        501 => "NotImplemented",
        503 => "ServiceUnavailable",
        _ => "",
    }
}

/// The beginning of a body that is not the service's own error format, without markup.
fn first_words(raw: &HttpResponse) -> String {
    let body = String::from_utf8_lossy(raw.body().bytes().unwrap_or_default());
    let mut plain = String::new();
    let mut in_markup = false;
    for c in body.chars() {
        match c {
            '<' => in_markup = true,
            '>' => {
                in_markup = false;
                plain.push(' ');
            }
            c if !in_markup => plain.push(c),
            _ => {}
        }
    }
    let words: Vec<_> = plain.split_whitespace().take(20).collect();
    if words.is_empty() { String::new() } else { format!(": {}", words.join(" ")) }
}

/// Whether the network failed. What is wrong before anything is sent, credentials or a gate's refusal, comes as the same
/// error; a connection that ends before the answer is told apart from it by its words alone.
fn is_network(failure: &DispatchFailure) -> bool {
    let is_cut = |error: &ConnectorError| {
        cause::<CredentialsError>(error).is_none() && chain(error).contains("client error (SendRequest)")
    };
    failure.is_timeout() || failure.is_io() || failure.as_connector_error().is_some_and(is_cut)
}

/// Whether a connection was never made, so that nothing can have happened. A connection that was lost is another thing.
fn never_connected(text: &str) -> bool {
    [
        "tcp connect",
        "error trying to connect",
        "connect timeout",
        "dns error",
        "Connection refused",
        "client error (Connect)",
    ]
    .iter()
    .any(|saying| text.contains(saying))
}

/// A failure before anything was sent: our own check, or missing credentials.
fn unsent(error: &(dyn Error + 'static)) -> Failure {
    if let Some(failure) = ours(error) {
        return failure;
    }
    let Some(cause) = cause::<CredentialsError>(error) else {
        return Failure::new(Class::Invalid, chain(error));
    };
    let text = chain(cause);
    let class = if never_connected(&text) { Class::Unreachable } else { Class::Credentials };
    Failure::new(class, format!("no usable credentials: {text}"))
}

/// Our own failure, if one of the causes is: a gate's refusal.
fn ours(error: &(dyn Error + 'static)) -> Option<Failure> {
    cause::<Failure>(error).cloned()
}

/// The first of the causes that has a type.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The whole chain of causes in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
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
