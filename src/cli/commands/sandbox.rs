use std::time::Duration;

use clap::Subcommand;

use crate::cli::engine::{runtime, sandbox_failure, sandbox_options};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::world::World;
use crate::sandbox;

/// Start, stop, look at or empty the local AWS
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Start it, if it does not run, and print its endpoint
    Up {
        /// The port on 127.0.0.1; none: a free one
        #[arg(long)]
        port: Option<u16>,
        /// How many seconds creations and deletions take, so that their states are seen
        #[arg(long, value_name = "SECONDS", default_value_t = 0.0, hide_default_value = true, value_parser = seconds)]
        slow: f64,
    },
    /// Stop it; everything in it is gone
    Down,
    /// Say whether it runs, and where
    Status,
    /// Empty it
    Reset,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    if (0.0..=3600.0).contains(&seconds) { Ok(seconds) } else { Err("0 to 3600 seconds".to_owned()) }
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let runtime = runtime()?;
    let cache = world.cache();
    let text = runtime.block_on(async {
        Ok::<_, CommandFailure>(match &args.what {
            What::Up { port, slow } => {
                let options =
                    sandbox::Options { port: *port, slow: Duration::from_secs_f64(*slow), ..sandbox_options(world) };
                let err = world.err.clone();
                let quiet = global.quiet;
                let says = move |progress: sandbox::Progress| {
                    if !quiet {
                        let _ = err.print(&format!("{progress}\n"));
                    }
                };
                let endpoint = sandbox::up(&cache, &options, &says).await.map_err(sandbox_failure)?;
                format!("{}\n", endpoint.url)
            }
            What::Down if sandbox::down(&cache).await.map_err(sandbox_failure)? => "stopped\n".to_owned(),
            What::Down => "it was not running\n".to_owned(),
            What::Status => match sandbox::status(&cache).await.map_err(sandbox_failure)? {
                None => "not running\n".to_owned(),
                Some(status) => {
                    let outdated = if status.current { "" } else { "\nof another version: the next `up` replaces it" };
                    format!(
                        "{}\nprocess {}, {} requests answered, log {}{outdated}\n",
                        status.endpoint.url,
                        status.endpoint.pid,
                        status.calls,
                        status.endpoint.log.display()
                    )
                }
            },
            What::Reset => format!("{} is empty\n", sandbox::reset(&cache).await.map_err(sandbox_failure)?.url),
        })
    })?;
    world.out.print(&text)?;
    Ok(Exit::Done)
}
