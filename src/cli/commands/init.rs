use std::borrow::Cow;
use std::fs;
use std::path::Path;

use crate::blueprint::{skeleton, template_files};
use crate::cli::commands::schema;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::world::World;

/// Where the schema of tenant files is written; the example tenant's first line names it.
const TENANT_SCHEMA: &str = "schemas/tenant.json";
const TEMPLATE_SCHEMA: &str = "schemas/template.json";

/// Write a project skeleton: provision.yaml, an example tenant and its schema for editors; keeps what is there
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Copies of the built-in templates too, to change them; they win over the program's own, also over a newer one's
    #[arg(long)]
    templates: bool,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let mut files: Vec<_> = skeleton().into_iter().map(borrowed).collect();
    // One that is there is kept, whatever the templates are by now.
    let is_there = global.dir.join(TENANT_SCHEMA).exists();
    let of_tenants = if is_there { String::new() } else { schema::of_tenants(global)? };
    files.push((TENANT_SCHEMA.to_owned(), Cow::Owned(of_tenants)));
    if args.templates {
        files.extend(template_files().into_iter().map(borrowed));
        files.push((TEMPLATE_SCHEMA.to_owned(), Cow::Owned(schema::of_templates())));
    }
    let mut written = 0;
    for (path, text) in files {
        let file = global.dir.join(&path);
        let is_new = write_new(&file, &text)
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

fn borrowed((path, text): (String, &'static str)) -> (String, Cow<'static, str>) {
    (path, Cow::Borrowed(text))
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
