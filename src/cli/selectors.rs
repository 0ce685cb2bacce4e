use crate::fleet::Selector;

/// The stacks and resources a command is about.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Selectors {
    /// tenant, tenant/environment or tenant/environment/RESOURCE, each part with * and ?; none: every stack
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<Selector>,
}

/// The stacks and resources of a command that changes them: they are named, or `--all` is said.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct NamedSelectors {
    /// tenant, tenant/environment or tenant/environment/RESOURCE, each part with * and ?; none is refused: say --all for
    /// every stack
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<Selector>,

    /// Every stack
    #[arg(long, conflicts_with = "selectors")]
    pub all: bool,
}
