//! One binary for every test that needs more than one room: the SDK is linked once.

mod local_aws;
mod sandbox;
