//! One binary for every test that needs more than one room: the SDK is linked once.

#[cfg(feature = "sdk")]
mod aws_class;
#[cfg(feature = "sdk")]
mod aws_gates;
#[cfg(feature = "sdk")]
mod aws_limits;
#[cfg(feature = "sdk")]
mod aws_sessions;
#[cfg(feature = "sdk")]
mod aws_store;
#[cfg(feature = "sdk")]
mod aws_survey;
mod blueprint;
#[cfg(feature = "sdk")]
mod canned;
mod engine;
mod local_aws;
mod loose;
mod sandbox;
mod strict;
mod template;
mod tenant;
mod world;
mod yaml;
