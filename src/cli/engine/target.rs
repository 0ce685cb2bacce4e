use std::fmt;

use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::{Global, endpoint};
use crate::cli::world::World;

/// What a command talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Aws,
    /// The local AWS, whatever its port is today.
    Sandbox,
    Url(String),
}

/// The sandbox's name in saved plans.
const SANDBOX: &str = "sandbox";

impl Target {
    /// Returns what the command line names, or the environment.
    pub fn of(world: &World, global: &Global) -> Result<Self> {
        if global.sandbox {
            return Ok(Self::Sandbox);
        }
        if let Some(url) = &global.endpoint_url {
            return Ok(Self::Url(url.clone()));
        }
        let named = world.variable("AWS_ENDPOINT_URL").map(endpoint).transpose();
        let named = named.map_err(|why| CommandFailure::usage(format!("AWS_ENDPOINT_URL: {why}")))?;
        Ok(named.map_or(Self::Aws, Self::Url))
    }

    /// Reads what a saved plan says: nothing for AWS.
    pub fn from_saved(saved: Option<&str>) -> Self {
        match saved {
            None => Self::Aws,
            Some(SANDBOX) => Self::Sandbox,
            Some(url) => Self::Url(url.to_owned()),
        }
    }

    pub fn to_saved(&self) -> Option<String> {
        match self {
            Self::Aws => None,
            Self::Sandbox => Some(SANDBOX.to_owned()),
            Self::Url(url) => Some(url.clone()),
        }
    }

    /// Returns what to do for a command to talk to it.
    pub fn way(&self) -> String {
        match self {
            Self::Aws => "leave out --sandbox, --endpoint-url and AWS_ENDPOINT_URL".to_owned(),
            Self::Sandbox => "say --sandbox".to_owned(),
            Self::Url(url) => format!("say --endpoint-url {url}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "AWS",
            Self::Sandbox => "the sandbox",
            Self::Url(url) => url,
        })
    }
}
