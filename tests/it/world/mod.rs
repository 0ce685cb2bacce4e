//! A small cloud of fake kinds, on which the whole engine runs without an SDK and on a paused clock.

pub mod build;
pub mod cloud;
pub mod engine;
pub mod kinds;

pub use build::{Wish, blueprint};
pub use cloud::{Fault, What};
pub use engine::Bench;
