//! What IP sets and pattern sets share: the return values, and an update by a lock token.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{changed, reference};
use crate::resource::{Class, Kind, Made, Result, State};

/// The return values of a set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// `name|id|scope`.
    #[serde(rename = "Ref")]
    pub reference: String,
    pub arn: String,
    pub id: String,
    #[serde(skip)]
    pub(super) lock_token: String,
}

pub(super) fn made<K: Kind<Outputs = Outputs>>(name: &str, id: &str, arn: &str, scope: &str) -> Made<K> {
    let outputs = Outputs {
        reference: reference(name, id, scope),
        arn: arn.to_owned(),
        id: id.to_owned(),
        lock_token: String::new(),
    };
    Made { id: arn.to_owned(), outputs, state: State::Ready }
}

/// Puts the content of a set in place of what the plan saw: `put` sends it with a token, `get` reads what is there now and
/// its token.
///
/// # Errors
/// [`Class::Conflict`] if somebody else has changed it meanwhile.
pub(super) async fn replace<S, P, G>(
    name: &str,
    token: &str,
    (live, desired): (&S, &S),
    put: impl Fn(String) -> P,
    get: impl FnOnce() -> G,
) -> Result<()>
where
    S: PartialEq,
    P: Future<Output = Result<()>>,
    G: Future<Output = Result<(S, String)>>,
{
    match put(token.to_owned()).await {
        // The token moves although the content is the same, so what is there now decides.
        Err(failure) if failure.is(Class::Conflict) => match get().await? {
            // By an attempt of our own, whose answer was lost.
            (now, _) if now == *desired => Ok(()),
            (now, token) if now == *live => put(token).await,
            _ => Err(changed(name)),
        },
        sent => sent,
    }
}
