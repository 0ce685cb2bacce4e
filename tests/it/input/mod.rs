//! What people write: YAML, templates and tenants, and the blueprints that come out.

pub mod blueprint;
mod buckets;
mod fake_kinds_loose;
mod fake_kinds_strict;
mod fleet;
mod ignores;
mod policies;
mod profiles;
mod renames;
mod template;
mod tenant;
mod yaml;
