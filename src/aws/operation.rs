use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_types::config_bag::ConfigBag;

use super::clients::SERVICES;

/// One API operation by its IAM-like name, `ec2:DescribeVpcs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Operation {
    /// The IAM prefix, `elasticloadbalancing`.
    pub(super) service: &'static str,
    /// `DescribeVpcs`.
    pub(super) action: String,
}

/// What reads are called; a writer's other operations are taken for changes.
const READS: &[&str] = &["Describe", "List", "Get", "Head"];

impl Operation {
    /// The operation that is being carried out; none before the SDK has applied the operation's own settings.
    pub(super) fn of(cfg: &ConfigBag) -> Option<Self> {
        let metadata = cfg.load::<Metadata>()?;
        let service = SERVICES.iter().find(|service| service.name == metadata.service())?;
        Some(Self { service: service.prefix, action: metadata.name().to_owned() })
    }

    /// The operation that an error type belongs to: `aws_sdk_ec2::operation::create_vpc::CreateVpcError`.
    pub(super) fn of_error<E>() -> Option<Self> {
        let name = std::any::type_name::<E>();
        let service = SERVICES.iter().find(|service| name.split("::").next() == Some(service.krate))?;
        let action = name.rsplit("::").next()?.strip_suffix("Error")?;
        Some(Self { service: service.prefix, action: action.to_owned() })
    }

    /// Whether it only reads, judged by its name; good enough to exempt it from a writer's checks, never to let it
    /// through a reader (`GetSecretValue` reads, too).
    pub(super) fn is_read(&self) -> bool {
        READS.iter().any(|read| self.action.starts_with(read))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.action)
    }
}
