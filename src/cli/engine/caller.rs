//! Who runs the program, as far as its variables tell.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::apply::Caller;
use crate::cli::world::World;
use crate::resource::Role;

/// How each CI tells the page of its run; a name in braces is a variable of the environment.
const RUN_PAGES: &[&str] = &[
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}", // GitLab
    "{BUILDKITE_BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECTID}/_build/results?buildId={BUILD_BUILDID}", // Azure Pipelines
    "https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{BUILD_URL}", // Jenkins
];

/// Whoever runs the program, and the ARNs by which AWS knows them.
pub(super) struct KnownCallers {
    name: String,
    run_url: Option<String>,
    /// By account and role: noted where accounts are checked.
    arns: Mutex<HashMap<(String, Option<Role>), String>>,
}

impl KnownCallers {
    pub(super) fn of(world: &World) -> Self {
        Self { name: name(world), run_url: run_page(world), arns: Mutex::default() }
    }

    pub(super) fn note(&self, account: &str, role: Option<&Role>, arn: String) {
        let mut arns = self.arns.lock().unwrap_or_else(PoisonError::into_inner);
        arns.insert((account.to_owned(), role.cloned()), arn);
    }

    /// Whoever runs the program, with the ARN if the account was checked.
    pub(super) fn caller(&self, account: &str, role: Option<&Role>) -> Caller {
        let arns = self.arns.lock().unwrap_or_else(PoisonError::into_inner);
        let arn = arns.get(&(account.to_owned(), role.cloned())).cloned();
        Caller { name: self.name.clone(), arn, run_url: self.run_url.clone() }.cleaned()
    }
}

/// `user@host`.
fn name(world: &World) -> String {
    let user = world.variable("USER").or_else(|| world.variable("LOGNAME")).unwrap_or("somebody");
    let host = world.variable("HOSTNAME").map(str::to_owned);
    let host = host.or_else(|| Some(std::fs::read_to_string("/etc/hostname").ok()?.trim().to_owned()));
    format!("{user}@{}", host.unwrap_or_else(|| "somewhere".to_owned()))
}

/// The page of the CI's run. An address with a password in it is not written down.
fn run_page(world: &World) -> Option<String> {
    let page = RUN_PAGES.iter().find_map(|page| filled(page, world))?;
    let is_page = page.starts_with("https://") || page.starts_with("http://");
    (is_page && !page.contains('@')).then_some(page)
}

/// None if one of its variables is not set.
fn filled(page: &str, world: &World) -> Option<String> {
    let Some((before, rest)) = page.split_once('{') else { return Some(page.to_owned()) };
    let (variable, after) = rest.split_once('}')?;
    Some(format!("{before}{}{}", world.variable(variable)?, filled(after, world)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_ci_run_is_told_if_all_of_it_is_known_and_it_bears_no_password() {
        for (variables, page) in [
            (
                &[
                    ("GITHUB_SERVER_URL", "https://github.com"),
                    ("GITHUB_REPOSITORY", "acme/fleet"),
                    ("GITHUB_RUN_ID", "7"),
                ][..],
                Some("https://github.com/acme/fleet/actions/runs/7"),
            ),
            (&[("GITHUB_REPOSITORY", "acme/fleet"), ("CI_JOB_URL", "https://ci/9")], Some("https://ci/9")),
            (
                &[
                    ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
                    ("SYSTEM_TEAMPROJECTID", "p"),
                    ("BUILD_BUILDID", "3"),
                ],
                Some("https://dev.azure.com/acme/p/_build/results?buildId=3"),
            ),
            (&[("BUILD_URL", "https://ada:secret@ci/1")], None),
            (&[("BUILD_URL", "job 1")], None),
            (&[], None),
        ] {
            let mut world = World::real();
            world.env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(run_page(&world).as_deref(), page, "{variables:?}");
        }
    }
}
