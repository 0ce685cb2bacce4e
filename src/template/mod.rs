//! `templates/*.yaml`, from files to the nodes of one stack: includes, parameters, `for`, `when`, and `{{ expressions }}`
//! inside YAML scalars. YAML is parsed first, so an expression can never change the structure around it.

mod budget;
mod builtin;
mod compile;
mod engine;
mod expand;
mod library;
mod nulls;
mod origins;
mod parameters;
mod part;
mod scope;
mod text;
mod tracked;
mod values;
pub mod violation;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::problem::{Problem, Span};
use crate::resource::{Address, Naming};
use crate::yaml::Placed;

pub use builtin::FILES;
pub use expand::expand;
pub use library::{Library, RESOURCE_FIELDS, Template};
pub use origins::{Origin, Origins};
pub use parameters::Parameters;
pub use part::TEMPLATE_FIELDS;
pub use scope::StackContext;

/// What a template says of one stack.
#[derive(Debug, Default)]
pub struct Expanded {
    pub declarations: Vec<Declaration>,
    pub families: Vec<Family>,
    pub outputs: BTreeMap<String, Json>,
    /// By output: what has to be there before it is told, beside what it refers to.
    pub outputs_after: BTreeMap<String, Vec<Placed<Address>>>,
    pub warnings: Vec<Problem>,
    /// Where the template's own checks found a mistake: what else is wrong with the same value has the same cause.
    pub blamed: Vec<Span>,
}

/// One resource that a template declares, its expressions evaluated, not yet checked against its kind.
#[derive(Debug)]
pub struct Declaration {
    pub address: Placed<Address>,
    /// Another region than the stack's.
    pub region: Option<Placed<String>>,
    /// An object; references stand in it as text.
    pub properties: Json,
    /// By JSON pointer into `properties`.
    pub origins: Origins,
    pub was: Option<Placed<String>>,
    pub physical: Option<Placed<String>>,
    pub protected: Option<bool>,
    pub external: BTreeSet<String>,
    /// Where the parameters stand whose values decided that it is there.
    pub exists_by: Vec<Span>,
    /// What has to be in place first, although no property refers to it.
    pub after: Vec<Placed<Address>>,
    /// The node's first line.
    pub span: Span,
    /// Whether an expression in it failed: the rest of it is not worth checking.
    pub is_broken: bool,
}

/// The resources that one node of a template makes, or would make of other parameters.
#[derive(Clone, Debug)]
pub struct Family {
    /// Their type.
    pub kind: String,
    /// Their name, with `*` for what is computed.
    pub name: String,
    /// Where the parameters stand whose values decide which of them there are.
    pub from: Vec<Span>,
}

/// What expressions need to know of a kind.
#[derive(Clone, Copy, Debug)]
pub struct KindFacts {
    /// The output that `ref` means.
    pub reference: &'static str,
    pub naming: Naming,
}
