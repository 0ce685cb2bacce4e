use crate::fleet::Selector;

/// The stacks and resources a command is about.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Selectors {
    /// tenant, tenant/environment or tenant/environment/RESOURCE, each part with * and ?; none: every stack
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<Selector>,
}
