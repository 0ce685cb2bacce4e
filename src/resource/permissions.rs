//! What a kind's verbs may do: IAM actions, and on what a policy can allow each of them.

/// IAM actions by verb, `ec2:DescribeVpcs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Permissions {
    pub read: &'static [&'static str],
    pub create: &'static [&'static str],
    pub update: &'static [&'static str],
    pub retag: &'static [&'static str],
    pub delete: &'static [&'static str],
    /// The changing actions that are allowed on something else than [`On::of`] says, by AWS's Service Authorization
    /// Reference: on each of these. And the reads that must not be of everything, since they tell values.
    pub on: &'static [(&'static str, &'static [On])],
}

/// On what a policy allows an action. The end of an ARN is what follows the account, `subnet/*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// What bears the stack's tags (`aws:ResourceTag`).
    Ours,
    /// What the call makes, if it gives it the stack's tags (`aws:RequestTag`): the end of its ARN, or nothing where AWS
    /// lets a policy name no resource.
    Made(&'static str),
    /// Tags are written on what this other call is just making (`ec2:CreateAction`).
    MadeBy(&'static str),
    /// Tags are written on what bears no project's yet, and become the stack's: for services that don't tell which call
    /// makes it.
    Untagged(&'static str),
    /// What is called as the stack's resources are: the end of its ARN before the name. For things that bear no tags.
    Named(&'static str),
    /// The same of a kind whose names tell whose a thing is ([`Identity::Name`](super::Identity::Name)).
    Called(&'static str),
    /// What is in a thing that is called as the stack's resources are, of a service whose ARNs end in the name: the end of
    /// its ARN behind that.
    InNamed(&'static str),
    /// Whatever is of this type in the account and region, by the end of its ARN: what is given by AWS, or bears no tags.
    Any(&'static str),
    /// The same of another service.
    AnyOf(&'static str, &'static str),
    /// AWS lets a policy name nothing.
    Everything,
    /// The stack's roles, by their path.
    Roles,
    /// These roles, and those that the YAML names by their ARN, for this service.
    PassedTo(&'static str),
    /// The service-linked role of this service.
    LinkedTo(&'static str),
    /// Keys, for this service alone (`kms:ViaService`).
    Via(&'static str),
    /// What the YAML names by its ARN: the beginning of the ARN's end.
    InYaml(&'static str),
}

impl On {
    /// On what an action that changes something is allowed of which no kind says more.
    pub fn of(action: &str) -> Self {
        if action.starts_with("iam:") { Self::Roles } else { Self::Ours }
    }
}

impl Permissions {
    /// Nothing is called.
    pub const NONE: Self = Self { read: &[], create: &[], update: &[], retag: &[], delete: &[], on: &[] };
}
