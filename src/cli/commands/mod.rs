//! One command a file: its arguments, with their help, and its action.

pub mod adopt;
pub mod apply;
pub mod complete_stacks;
pub mod completions;
pub mod destroy;
pub mod diff;
pub mod explain;
pub mod export;
pub mod forget;
pub mod graph;
pub mod history;
pub mod init;
pub mod kinds;
pub mod man;
pub mod permissions;
pub mod plan;
pub mod restart;
pub mod rollback;
pub mod sandbox;
pub mod schema;
pub mod show;
pub mod templates;
pub mod unlock;
pub mod validate;
