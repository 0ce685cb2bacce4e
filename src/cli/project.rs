use super::failure::{CommandFailure, Result};
use super::global::{Global, LogFormat};
use super::world::World;
use crate::blueprint::{self, Blueprint, Loaded};
use crate::fleet::{Members, Selector, selects, unmatched_stack};
use crate::kinds::shapes;
use crate::plan::{Allowed, Guarding, Guards};
use crate::problem::Problem;
use crate::report::problems_text;
use crate::resource::{Stack, StackId, home};

/// A project's folder, read, checked and narrowed to the selected stacks.
///
/// `T` is what is kept of each selected stack: its blueprint, or what a command has made of that.
pub struct Project<T = Blueprint> {
    loaded: Loaded<T>,
}

/// The bucket where leases live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseBucket {
    pub name: String,
    pub region: String,
    /// Whose it is, in twelve digits.
    pub account: String,
}

/// Writes warnings to standard error, unless that is to be quiet or for programs.
pub fn warn(world: &World, global: &Global, warnings: &[Problem]) -> Result<()> {
    if !global.quiet && global.log_format == LogFormat::Text && !warnings.is_empty() {
        world.err.print(&problems_text(warnings, world.err.width))?;
    }
    Ok(())
}

impl<T> Project<T> {
    /// Reads the project, keeps what is made of each selected stack, and gives the mistakes back; only a selector that
    /// matches nothing is a failure.
    pub fn read(
        global: &Global,
        selectors: &[Selector],
        make: impl FnMut(Blueprint) -> T,
    ) -> Result<Result<Self, Vec<Problem>>> {
        match blueprint::load(&global.dir, &shapes(), &|stack| selects(selectors, stack), make) {
            Err(problems) => Ok(Err(problems)),
            Ok(loaded) => match unmatched_stack(selectors, &loaded.stacks) {
                Some(message) => Err(CommandFailure::usage(message)),
                None => Ok(Ok(Self { loaded })),
            },
        }
    }

    /// The same for a command that can do nothing with mistakes: any that concerns the selected stacks ends it. Warnings go
    /// to standard error.
    pub fn load_each(
        world: &World,
        global: &Global,
        selectors: &[Selector],
        make: impl FnMut(Blueprint) -> T,
    ) -> Result<Self> {
        let project = Self::read(global, selectors, make)?.map_err(CommandFailure::problems)?;
        warn(world, global, &project.loaded.warnings)?;
        Ok(project)
    }

    /// What was made of the selected stacks, by name.
    pub fn made(&self) -> &[T] {
        &self.loaded.blueprints
    }

    pub fn warnings(&self) -> &[Problem] {
        &self.loaded.warnings
    }

    /// What plans are held against, where so much was allowed.
    pub fn guarding(&self, allowed: &Allowed) -> Guarding {
        let guards = &self.loaded.project.guards;
        let guards = Guards {
            max_deletes: guards.max_deletes,
            protected: guards.protected.iter().map(|kind| kind.value.clone()).collect(),
        };
        Guarding { guards, allowed: allowed.clone() }
    }
}

impl Project {
    /// Reads the project; any mistake that concerns the selected stacks ends the command. Warnings go to standard error.
    pub fn load(world: &World, global: &Global, selectors: &[Selector]) -> Result<Self> {
        Self::load_each(world, global, selectors, |blueprint| blueprint)
    }

    /// Reads the project for a command about a stack that is not in it.
    pub fn unselected(global: &Global) -> Result<Self> {
        let loaded = blueprint::load(&global.dir, &shapes(), &|_| false, |blueprint| blueprint)
            .map_err(CommandFailure::problems)?;
        Ok(Self { loaded })
    }

    /// Whether the YAML has this stack.
    pub fn has(&self, stack: &StackId) -> bool {
        self.loaded.stacks.contains(stack)
    }

    /// Every stack whose files are right, selected or not.
    pub fn fleet(&self) -> &[Stack] {
        &self.loaded.fleet
    }

    /// The selected stacks, by name.
    pub fn stacks(&self) -> Vec<&Blueprint> {
        self.loaded.blueprints.iter().collect()
    }

    /// All stacks, selected or not.
    pub fn members(&self) -> Members<'_> {
        let Loaded { project, stacks, fleet, kinds, .. } = &self.loaded;
        Members { project: &project.name, ids: stacks, stacks: fleet, kinds }
    }

    pub fn name(&self) -> &str {
        &self.loaded.project.name
    }

    /// Where a stack's lease lives: the project's bucket, or else one that every run derives alike from the project
    /// and the account, so that no two runs ever look in different places.
    pub fn bucket(&self, stack: &Stack) -> LeaseBucket {
        if let Some(bucket) = &self.loaded.project.bucket {
            let account = bucket.account.as_ref().unwrap_or(&stack.account).clone();
            return LeaseBucket { name: bucket.name.clone(), region: bucket.region.clone(), account };
        }
        // Never the stack's own region: a stack that moved must still find its lease.
        let region = home(&stack.region);
        let name = format!("provision-{}-{}", stack.project, stack.account);
        LeaseBucket { name, region: region.to_owned(), account: stack.account.clone() }
    }
}
