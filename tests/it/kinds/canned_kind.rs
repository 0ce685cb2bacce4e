//! A kind over canned answers: its list, a writer for its resource `main`, its specs, and AWS's answers in their protocols.

use std::sync::Arc;

use provision::aws::{Aws, Writer, WriterScope};
use provision::kinds::KINDS;
use provision::resource::{
    Address, AnyKind, AnyListing, Changes, Difference, FieldDiff, Live, Settled, StackId, Tags, key,
};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, Held, scope};

/// An operation, and the status and body of its answer.
pub type Answer = (&'static str, u16, String);

/// The kind of a type.
pub fn kind_of(name: &str) -> &'static dyn AnyKind<Aws> {
    *KINDS.iter().find(|kind| kind.facts().kind == name).unwrap_or_else(|| panic!("no kind {name}"))
}

/// A spec as an apply sends it.
pub fn settled(kind: &dyn AnyKind<Aws>, spec: Value) -> Settled {
    Settled::new(kind.normalise(spec).unwrap()).unwrap()
}

/// What differs between what AWS gives back and what was written.
pub fn difference(kind: &str, live: &Value, written: &Value) -> Difference {
    let kind = kind_of(kind);
    let normal = |spec: &Value| kind.normalise(spec.clone()).unwrap();
    kind.compare(&normal(live), &normal(written))
}

/// Changes at these paths, whatever was there.
pub fn changes(paths: &[&str]) -> Changes {
    Changes::new(paths.iter().map(|path| FieldDiff { path: (*path).to_owned(), before: None, after: None }).collect())
}

/// What a writer of this type may touch, as long as its lease holds.
pub fn writer_scope(kind: &str, own: &[&str], mentioned: &[&str]) -> WriterScope {
    let ids = |all: &[&str]| all.iter().map(|id| (*id).to_owned()).collect();
    WriterScope {
        address: Address::new(kind, "main"),
        stack: StackId::new("acme", "production"),
        own: ids(own),
        mentioned: ids(mentioned),
        token: "0".repeat(32),
        named: false,
        fence: Arc::new(Held),
    }
}

/// The tags of the resource `main` of the stack that canned lists are of.
pub fn tags() -> Tags {
    tags_of("main")
}

/// The same of a resource of another name.
pub fn tags_of(name: &str) -> Tags {
    Tags::from_iter([(key::PROJECT, "p"), (key::TENANT, "acme"), (key::ENVIRONMENT, "production"), (key::NAME, name)])
}

/// These tags as a list of objects, under the names that a service has for key and value.
pub fn json_tags(key: &str, value: &str) -> Value {
    tags().iter().map(|(name, of)| json!({ key: name, value: of })).collect()
}

/// The same as elements.
pub fn xml_tags(element: &str, key: &str, value: &str) -> String {
    let one = |(name, of): (&str, &str)| format!("<{element}><{key}>{name}</{key}><{value}>{of}</{value}></{element}>");
    tags().iter().map(one).collect()
}

/// An answer of the query protocol.
pub fn xml(operation: &str, result: &str) -> String {
    format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>")
}

/// A refusal of the query protocol.
pub fn xml_error(code: &str, message: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
}

impl Canned {
    /// What the kind lists.
    pub async fn list(&self, kind: &dyn AnyKind<Aws>) -> AnyListing {
        let session = self.session(kind.facts().permissions.read).await;
        kind.list(&session.reader(), &scope()).await.unwrap()
    }

    /// What the kind lists to a command that only looks, of a stack that no run has changed lately.
    pub async fn list_quiet(&self, kind: &dyn AnyKind<Aws>) -> AnyListing {
        let session = self.session(kind.facts().permissions.read).await;
        let quiet = scope().stacks.into_iter().collect();
        kind.list(&session.reader().believing(Arc::new(quiet)), &scope()).await.unwrap()
    }

    /// The first that the kind lists.
    pub async fn live(&self, kind: &dyn AnyKind<Aws>) -> Live {
        self.list(kind).await.found.remove(0)
    }

    /// A writer for the resource `main` of this type; see [`writer_scope`].
    pub async fn writer(&self, kind: &str, own: &[&str], mentioned: &[&str]) -> Writer {
        self.session(&[]).await.writer(writer_scope(kind, own, mentioned))
    }

    /// The operations that were asked for, in order.
    pub fn operations(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.split(' ').nth(2).unwrap_or_default().to_owned()).collect()
    }

    /// What was asked of one operation.
    pub fn asked_of(&self, operation: &str) -> Vec<String> {
        self.asked().into_iter().filter(|asked| asked.contains(&format!(" {operation} "))).collect()
    }
}
