//! Stacks of real kinds on the local AWS, without the command line.

mod adoption;
mod alarms;
mod assumed_roles;
mod buckets;
mod cache_users;
mod capacity;
mod dashboards;
mod delivery;
mod drift;
mod external_deployments;
mod implicit_dependencies;
pub mod local_account;
mod looks;
mod messages;
mod names;
mod pace;
mod plan_explanations;
mod renames;
mod replacements;
mod repositories;
pub mod samples;
mod scheduled_scaling;
mod secrets;
mod service_dependencies;
mod service_fields;
mod shifted_traffic;
mod source_lines;
