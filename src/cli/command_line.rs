use std::fmt;
use std::time::Duration;

use super::args::{Color, Global, LogFormat};

/// A command line for a person to run next, with the global options that this one was given.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// Global options, the command, its arguments: each a word or an option with its value.
    parts: Vec<(String, Option<String>)>,
}

impl CommandLine {
    /// `command` is `apply`, `plan`, ...
    pub fn new(global: &Global, command: &str) -> Self {
        let mut line = Self { parts: Vec::new() };
        if global.dir != Global::here() {
            line = line.option("-C", global.dir.display());
        }
        if global.sandbox {
            line = line.word("--sandbox");
        }
        for (name, value) in [("--endpoint-url", &global.endpoint_url), ("--profile", &global.profile)] {
            line = value.iter().fold(line, |line, value| line.option(name, value));
        }
        line = match global.color {
            Color::Auto => line,
            Color::Always => line.option("--color", "always"),
            Color::Never => line.option("--color", "never"),
        };
        if global.quiet {
            line = line.word("--quiet");
        }
        line = (0..global.verbose).fold(line, |line, _| line.word("-v"));
        if global.log_format == LogFormat::Json {
            line = line.option("--log-format", "json");
        }
        if global.timings {
            line = line.word("--timings");
        }
        line.word(command)
    }

    #[must_use]
    pub fn word(mut self, word: impl ToString) -> Self {
        self.parts.push((word.to_string(), None));
        self
    }

    #[must_use]
    pub fn words(self, words: impl IntoIterator<Item = impl ToString>) -> Self {
        words.into_iter().fold(self, Self::word)
    }

    #[must_use]
    pub fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.parts.push((name.to_owned(), Some(value.to_string())));
        self
    }

    /// With an option in the place of the same one, or behind.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.parts.retain(|(part, _)| part != name);
        self.option(name, value)
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("provision")?;
        let words = self.parts.iter().flat_map(|(word, value)| std::iter::once(word).chain(value));
        words.into_iter().try_for_each(|word| write!(f, " {}", quoted(word)))
    }
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:=@%+,".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
