//! Answers of the services that speak CBOR, written down in JSON; `{ "$seconds": 12 }` is a time.

use aws_smithy_cbor::Encoder;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// The header by which both sides say so.
const PROTOCOL: &str = "smithy-protocol";

/// The operation of a request, if its service speaks CBOR.
pub fn operation(request: &HttpRequest) -> Option<&str> {
    request.headers().get(PROTOCOL)?;
    request.uri().rsplit_once("/operation/").map(|(_, operation)| operation)
}

/// An answer in CBOR; none in JSON is an empty one.
pub fn answer(status: u16, json: &str) -> HttpResponse {
    let value = serde_json::from_str(json).unwrap_or_else(|_| Value::Object(serde_json::Map::new()));
    let mut encoder = Encoder::new(Vec::new());
    encode(&value, &mut encoder);
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(encoder.into_writer()));
    response.headers_mut().insert(PROTOCOL, "rpc-v2-cbor");
    response
}

fn encode(value: &Value, to: &mut Encoder) {
    match value {
        Value::Null => drop(to.null()),
        Value::Bool(is_true) => drop(to.boolean(*is_true)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => drop(to.long(whole)),
            None => drop(to.double(number.as_f64().unwrap_or_default())),
        },
        Value::String(text) => drop(to.str(text)),
        Value::Array(all) => {
            to.array(all.len());
            all.iter().for_each(|one| encode(one, to));
        }
        Value::Object(members) if members.contains_key("$seconds") => {
            to.timestamp(&DateTime::from_secs(members["$seconds"].as_i64().unwrap_or_default()));
        }
        Value::Object(members) => {
            to.map(members.len());
            for (name, member) in members {
                to.str(name);
                encode(member, to);
            }
        }
    }
}
