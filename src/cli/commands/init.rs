use std::fs;
use std::path::Path;

use crate::blueprint::skeleton;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::world::World;

/// Write a project skeleton: an example tenant, the templates, provision.yaml; keeps what is there
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(world: &World, global: &Global, _: &Args) -> Result<Exit> {
    let mut written = 0;
    for (path, text) in skeleton() {
        let file = global.dir.join(&path);
        let is_new = write_new(&file, text)
            .map_err(|error| CommandFailure::error(format!("cannot write {}: {error}", file.display())))?;
        written += usize::from(is_new);
        if !global.quiet {
            world.out.print(&format!("{} {path}\n", if is_new { "wrote" } else { "kept " }))?;
        }
    }
    if written > 0 && !global.quiet {
        world.out.print("\nnext: read tenants/example.yaml, then `⟪plan --offline⟫`\n")?;
    }
    Ok(Exit::Done)
}

/// Writes a file unless it is there; returns whether it did.
fn write_new(file: &Path, text: &str) -> std::io::Result<bool> {
    use std::io::Write as _;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut to) => {
            let written = to.write_all(text.as_bytes()).map(|()| true);
            if written.is_err() {
                // Half a file would be kept by the next time.
                let _ = fs::remove_file(file);
            }
            written
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
