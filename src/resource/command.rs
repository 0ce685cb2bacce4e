//! Commands inside texts, of this program and of AWS's own, that a person may run next.

use std::fmt;

/// Opens a command inside a text.
const OPEN: char = '⟪';
/// Closes it.
const CLOSE: char = '⟫';
/// How a command of AWS's own begins.
pub const AWS: &str = "aws ";
/// What opens and closes a command: no input has these, so that none is taken for one.
pub const COMMAND: [char; 2] = [OPEN, CLOSE];

/// A command of this program, written `⟪apply acme/production⟫` until it is spelled; one of AWS's own begins with `aws`.
///
/// Every room may name one, in a hint or a note, and none of them knows how the program was called: on which folder, and
/// whether on AWS, the sandbox or an endpoint. Only the command line does, and [`spell`] is where all that it prints passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The command's name and what follows it: each a word or an option with its value.
    parts: Vec<(String, Option<String>)>,
}

impl Command {
    /// `name` is `apply`, `plan`, ...
    pub fn new(name: &str) -> Self {
        Self { parts: Vec::new() }.word(name)
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

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.parts.iter().flat_map(|(word, value)| std::iter::once(word).chain(value));
        let words: Vec<_> = words.map(|word| quoted(word)).collect();
        write!(f, "{OPEN}{}{CLOSE}", words.join(" "))
    }
}

/// Says in which region the AWS commands of a text are to be run, where they don't yet: kinds name the call alone.
pub fn located(text: &str, region: &str) -> String {
    spell(text, |command| {
        let lacks = command.starts_with(AWS) && !command.contains(" --region ");
        let region = if lacks { format!(" --region {}", quoted(region)) } else { String::new() };
        format!("{OPEN}{command}{region}{CLOSE}")
    })
}

/// Writes a word as a shell takes it for one.
pub fn quoted(word: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:=@%+,".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Writes the commands of a text as they are typed: `typed` is handed what stands behind the program's name.
pub fn spell(text: &str, typed: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((command, after)) = after.split_once(CLOSE) else { break };
        out.push_str(before);
        out.push_str(&typed(command));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_typed_as_the_program_was_called() {
        let command = Command::new("adopt").word("acme/test/AWS::EC2::VPC/main").word("a b").option("--lock", "3m");
        let text = format!("if it is, `{command}`; `⟪diff⟫` shows it");
        let typed = "if it is, `provision --sandbox adopt acme/test/AWS::EC2::VPC/main 'a b' --lock 3m`; \
                     `provision --sandbox diff` shows it";
        assert_eq!(spell(&text, |command| format!("provision --sandbox {command}")), typed);
        assert_eq!(spell("a ⟪ b", str::to_owned), "a ⟪ b");
    }

    #[test]
    fn only_aws_commands_get_a_region_and_once() {
        let text = "start it (⟪aws rds start-db-cluster⟫), then `⟪plan⟫`";
        let there = "start it (⟪aws rds start-db-cluster --region eu-west-1⟫), then `⟪plan⟫`";
        assert_eq!(located(text, "eu-west-1"), there);
        assert_eq!(located(there, "us-east-1"), there);
    }
}
