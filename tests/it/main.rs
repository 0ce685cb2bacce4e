//! One binary for every test that needs more than one room: the SDK is linked once.

#![expect(clippy::disallowed_methods, reason = "tests/run tells the tests by the environment what it has prepared")]
#![allow(clippy::unwrap_used, reason = "in a test, what cannot be unwrapped is the failure")]

#[cfg(feature = "sdk")]
mod aws;
#[cfg(feature = "sdk")]
mod commands;
#[cfg(feature = "sdk")]
mod crash;
mod engine;
#[cfg(feature = "sdk")]
mod fuzz;
mod input;
#[cfg(feature = "sdk")]
mod kinds;
mod plan;
#[cfg(feature = "sdk")]
mod policies;
mod repository;
mod sandbox;
mod simulate;
#[cfg(feature = "sdk")]
mod stacks;
mod world;
