use std::time::Duration;

use super::args::{Color, Global, LogFormat};
use super::engine::Target;
use super::world::World;
use crate::resource::{quoted, spell};

/// How this program was called: what every command that it names has to begin with, to be about the same folder and the
/// same AWS.
#[derive(Clone, Debug)]
pub struct Called {
    /// The program's name and its global options.
    whole: String,
    /// The same for commands that contact nobody.
    offline: String,
}

/// What a text is that commands are written into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Text,
    Json,
    Html,
}

impl Default for Called {
    fn default() -> Self {
        Self { whole: "provision".to_owned(), offline: "provision".to_owned() }
    }
}

impl Called {
    /// As the command line says; an endpoint that the environment names is told as well, for there is no other in the
    /// terminal where the command may be pasted.
    pub fn of(world: &World, global: &Global) -> Self {
        let option = |name: &str, value: &str| format!(" {name} {}", quoted(value));
        let dir = global.dir.display().to_string();
        let here = if global.dir == Global::here() { String::new() } else { option("-C", &dir) };
        let target = match Target::of(world, global) {
            Ok(Target::Sandbox) => " --sandbox".to_owned(),
            Ok(Target::Url(url)) => option("--endpoint-url", &url),
            Ok(Target::Aws) | Err(_) => String::new(),
        };
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
        Self { whole: format!("provision{here}{target}{profile}{how}"), offline: format!("provision{here}{how}") }
    }

    /// Writes the commands that a text names as they are typed: the only way by which one is printed.
    pub fn spell(&self, text: &str, form: Form) -> String {
        let typed = |command: &str| {
            let is_offline = command.split(' ').any(|word| word == "--offline");
            let called = if is_offline { &self.offline } else { &self.whole };
            format!("{} {command}", form.escaped(called))
        };
        spell(text, typed)
    }
}

impl Form {
    /// What of plain text has a meaning in the form, without it.
    fn escaped(self, text: &str) -> String {
        match self {
            Self::Text => text.to_owned(),
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Html => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        }
    }
}

/// Reads `90s`, `10m`, `24h` or `7d`; a number alone is seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 90s, 10m, 24h or 7d");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match &text[digits..] {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}
