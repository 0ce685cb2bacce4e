//! One binary for every test that needs more than one room: the SDK is linked once.

#![expect(clippy::disallowed_methods, reason = "tests/run tells the tests by the environment what it has prepared")]
#![allow(clippy::unwrap_used, reason = "in a test, what cannot be unwrapped is the failure")]

#[cfg(feature = "sdk")]
mod access;
#[cfg(feature = "sdk")]
mod adopting;
#[cfg(feature = "sdk")]
mod answered;
#[cfg(feature = "sdk")]
mod answers;
#[cfg(feature = "sdk")]
mod attached;
#[cfg(feature = "sdk")]
mod aws_class;
#[cfg(feature = "sdk")]
mod aws_gates;
#[cfg(feature = "sdk")]
mod aws_limits;
#[cfg(feature = "sdk")]
mod aws_recent;
#[cfg(feature = "sdk")]
mod aws_retry;
#[cfg(feature = "sdk")]
mod aws_sessions;
#[cfg(feature = "sdk")]
mod aws_store;
#[cfg(feature = "sdk")]
mod aws_survey;
#[cfg(feature = "sdk")]
mod bad_input;
#[cfg(feature = "sdk")]
mod balancers;
mod blueprint;
#[cfg(feature = "sdk")]
mod bounds;
#[cfg(feature = "sdk")]
mod cache_upgrades;
#[cfg(feature = "sdk")]
mod caches;
#[cfg(feature = "sdk")]
mod canned;
mod causes;
#[cfg(feature = "sdk")]
mod certificates;
#[cfg(feature = "sdk")]
mod checks;
mod circles;
#[cfg(feature = "sdk")]
mod cli;
#[cfg(feature = "sdk")]
mod crash;
#[cfg(feature = "sdk")]
mod database_groups;
#[cfg(feature = "sdk")]
mod database_parameters;
#[cfg(feature = "sdk")]
mod database_passwords;
#[cfg(feature = "sdk")]
mod database_shapes;
#[cfg(feature = "sdk")]
mod database_upgrades;
#[cfg(feature = "sdk")]
mod databases;
#[cfg(feature = "sdk")]
mod deployments;
mod derived;
#[cfg(feature = "sdk")]
mod ec2_says;
#[cfg(feature = "sdk")]
mod edge;
#[cfg(feature = "sdk")]
mod elements;
mod engine;
#[cfg(feature = "sdk")]
mod export;
#[cfg(feature = "sdk")]
mod external;
#[cfg(feature = "sdk")]
mod facts;
#[cfg(feature = "sdk")]
mod failures;
#[cfg(feature = "sdk")]
mod firewalls;
mod followed;
#[cfg(feature = "sdk")]
mod fuzz;
#[cfg(feature = "sdk")]
mod handing_over;
mod history;
mod identity;
#[cfg(feature = "sdk")]
mod key_deletions;
#[cfg(feature = "sdk")]
mod keys;
#[cfg(feature = "sdk")]
mod kinds;
mod kinds_pages;
mod lease;
mod leaving;
mod left_alone;
#[cfg(feature = "sdk")]
mod listener;
mod local_aws;
#[cfg(feature = "sdk")]
mod log_groups;
mod loose;
mod memberships;
#[cfg(feature = "sdk")]
mod mended;
mod named;
#[cfg(feature = "sdk")]
mod network;
#[cfg(feature = "sdk")]
mod order;
#[cfg(feature = "sdk")]
mod origins;
mod pace;
#[cfg(feature = "sdk")]
mod paced;
#[cfg(feature = "sdk")]
mod paging;
mod partial;
#[cfg(feature = "sdk")]
mod pending;
#[cfg(feature = "sdk")]
mod plan_file;
#[cfg(feature = "sdk")]
mod policies;
#[cfg(feature = "sdk")]
mod preflight;
mod protection;
#[cfg(feature = "sdk")]
mod protection_aws;
#[cfg(feature = "sdk")]
mod readme;
#[cfg(feature = "sdk")]
mod records;
mod regions;
#[cfg(feature = "sdk")]
mod replaced;
mod report;
#[cfg(feature = "sdk")]
mod reported;
#[cfg(feature = "sdk")]
mod reports;
#[cfg(feature = "sdk")]
mod revisions;
#[cfg(feature = "sdk")]
mod roles;
#[cfg(feature = "sdk")]
mod routes;
mod sandbox;
mod sandbox_faults;
mod sandbox_lives;
#[cfg(feature = "sdk")]
mod sandbox_pace;
mod saved;
mod scenarios;
#[cfg(feature = "sdk")]
mod second_look;
#[cfg(feature = "sdk")]
mod secrets;
mod selection;
#[cfg(feature = "sdk")]
mod services;
#[cfg(feature = "sdk")]
mod shapes;
#[cfg(feature = "sdk")]
mod showing;
#[cfg(feature = "sdk")]
mod signals;
mod simulate;
#[cfg(feature = "sdk")]
mod spelling;
#[cfg(feature = "sdk")]
mod stacks;
#[cfg(feature = "sdk")]
mod stage;
mod strict;
#[cfg(feature = "sdk")]
mod subnet_groups;
mod taking;
mod template;
mod tenant;
#[cfg(feature = "sdk")]
mod terminal;
mod tidy;
#[cfg(feature = "sdk")]
mod told;
mod turns;
#[cfg(feature = "sdk")]
mod unfound;
mod waiting;
mod world;
#[cfg(feature = "sdk")]
mod wrong_use;
mod yaml;
