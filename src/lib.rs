//! `provision`: isolated, highly available AWS stacks for every customer's every environment.
//!
//! The rooms, and who may import whom, are described in docs/ARCHITECTURE.md and enforced by a test.

pub mod apply;
#[cfg(feature = "sdk")]
pub mod aws;
pub mod blueprint;
#[cfg(feature = "sdk")]
pub mod cli;
pub mod fleet;
pub mod inventory;
#[cfg(feature = "sdk")]
pub mod kinds;
pub mod plan;
pub mod problem;
pub mod report;
pub mod resource;
pub mod sandbox;
pub mod template;
pub mod tenant;
pub mod yaml;
