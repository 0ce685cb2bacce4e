//! The vocabulary of the program: what a stack, an address, a reference, a kind and a live thing are.
//!
//! **Invariant:** this room imports no other room and no SDK; every room may import it.

mod address;
mod attachable;
mod changes;
mod command;
mod diff;
mod digest;
mod erased;
mod failure;
pub mod glob;
pub mod keyed;
mod kind;
mod marks;
mod name;
mod neighbours;
pub mod normal;
mod partition;
pub mod parts;
mod pending;
pub mod pointer;
mod record;
mod reference;
pub mod schema;
mod scope;
mod secrets;
mod settled;
mod shape;
mod stack;
mod state;
mod tags;
pub mod version;

pub use address::{Address, is_everywhere};
pub use attachable::{Attachable, Attached, Told};
pub use changes::Changes;
pub use command::{AWS, COMMAND, Command, located, quoted, spell};
pub use diff::{Difference, FieldDiff, compare};
pub use digest::Digest;
pub use erased::{AnyKind, AnyListing, AnyMade, Live, output};
pub use failure::{Class, Failure, Result};
pub use kind::{Cloud, Found, Kept, Kind, Listing, Made, Permissions, Question, Stranger, Unmodelled, Unseen};
pub use marks::Marks;
pub use name::{Name, NameRule};
pub use neighbours::Neighbours;
pub use partition::{home, partition};
pub use pending::{Pending, Until, Window};
pub use record::Recorded;
pub use reference::{CLOSE, OPEN, OrRef, Piece, Ref, Reference};
pub use schema::Schema;
pub use scope::Scope;
pub use secrets::Secrets;
pub use settled::{Settled, resolve};
pub use shape::{Disruption, Facts, Replacement, Shape, Switch};
pub use stack::{Stack, StackId};
pub use state::State;
pub use tags::{Tags, key};
