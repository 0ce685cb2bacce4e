use super::command_line::Invocation;
use super::engine::Target;
use super::global::{Color, Global, LogFormat};
use super::world::World;
use crate::resource::quoted;

/// Returns how this program was called, as the command line says; an endpoint that the environment names is told as well,
/// for there is no other in the terminal where the command may be pasted.
pub fn invocation(world: &World, global: &Global) -> Invocation {
    let option = |name: &str, value: &str| format!(" {name} {}", quoted(value));
    let dir = global.dir.display().to_string();
    let here = if global.dir == Global::here() { String::new() } else { option("-C", &dir) };
    let endpoint = match Target::of(world, global) {
        Ok(Target::Sandbox) => None,
        Ok(Target::Url(url)) => Some(option("--endpoint-url", &url)),
        Ok(Target::Aws) | Err(_) => Some(String::new()),
    };
    let target = endpoint.clone().unwrap_or_else(|| " --sandbox".to_owned());
    let profile = global.profile.iter().map(|name| option("--profile", name)).collect::<String>();
    let mut how = String::new();
    how.push_str(match global.color {
        Color::Auto => "",
        Color::Always => " --color always",
        Color::Never => " --color never",
    });
    how.push_str(if global.quiet { " --quiet" } else { "" });
    how.push_str(&" -v".repeat(usize::from(global.verbose)));
    how.push_str(if global.log_format == LogFormat::Json { " --log-format json" } else { "" });
    how.push_str(if global.timings { " --timings" } else { "" });
    let aws = endpoint.map(|endpoint| format!("{profile}{endpoint}"));
    Invocation {
        whole: format!("provision{here}{target}{profile}{how}"),
        offline: format!("provision{here}{how}"),
        aws,
    }
}
