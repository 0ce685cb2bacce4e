use std::io;

use super::command_line::Form;
use super::exit::Exit;
use super::global::{Global, LogFormat};
use super::world::World;
use crate::fleet::{PlanError, Unmatched};
use crate::problem::Problem;
use crate::report::{indented, problems_text};
use crate::resource::{self, Class};

/// Why a command ended early: what a person reads, and the exit code.
#[derive(Debug)]
pub struct CommandFailure {
    pub exit: Exit,
    /// What failed and why, the last cause last; without a full stop.
    pub message: String,
    /// What to do next, one each.
    pub hints: Vec<String>,
    /// The command that goes on from here, if there is one.
    pub next: Option<String>,
    /// Mistakes of the input, shown with their lines in front of the message.
    pub problems: Vec<Problem>,
}

pub type Result<T, E = CommandFailure> = std::result::Result<T, E>;

impl CommandFailure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new(), next: None, problems: Vec::new() }
    }

    /// Wrong use of the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Anything else that went wrong.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Exit::Error, message)
    }

    /// Mistakes in the YAML.
    pub fn problems(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::error("nothing was done") }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Names the command that goes on from here, unless a better one is named already.
    #[must_use]
    pub fn next(mut self, next: impl ToString) -> Self {
        self.next.get_or_insert_with(|| next.to_string());
        self
    }

    /// What is written to standard error; sentences are broken at the end of `width` columns. Coloured.
    pub fn text(&self, width: Option<usize>) -> String {
        let mut text = problems_text(&self.problems, width);
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let cyan = anstyle::AnsiColor::Cyan.on_default().bold();
        let mut say = |label: String, what: &str| {
            let (mut begin, then) = (label, " ".repeat(7));
            for line in what.lines() {
                let lines = indented(&begin, &then, line, width);
                lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
                begin.clear();
            }
        };
        say(format!("{red}error{red:#}: "), &self.message);
        self.hints.iter().for_each(|hint| say(format!(" {cyan}hint{cyan:#}: "), hint));
        // A command is copied: it stays on one line.
        if let Some(next) = &self.next {
            text.push_str(&format!(" {cyan}next{cyan:#}: {next}\n"));
        }
        text
    }

    /// Tells it on standard error.
    pub fn print(&self, world: &World, global: &Global) {
        let (form, text) = match global.log_format {
            LogFormat::Json => (Form::Json, self.json()),
            LogFormat::Text => (Form::Text, self.text(world.err.width)),
        };
        // If standard error is gone there is nobody left to tell; the exit code still says it.
        let _ = world.err.print_as(form, &text);
    }

    /// The same as one line of JSON, for `--log-format json`.
    pub fn json(&self) -> String {
        let problems: Vec<_> = self
            .problems
            .iter()
            .take(100)
            .map(|problem| {
                let place = problem.span.as_ref().map(ToString::to_string);
                serde_json::json!({ "place": place, "message": problem.what, "hint": problem.hint })
            })
            .collect();
        let line = serde_json::json!({
            "level": "error", "message": self.message, "hints": self.hints, "problems": problems,
            "next": self.next, "exit": self.exit as u8,
        });
        format!("{line}\n")
    }
}

/// A call to AWS that failed: what it said, and its advice.
impl From<resource::Failure> for CommandFailure {
    fn from(failure: resource::Failure) -> Self {
        let exit = if failure.is(Class::Refused) { Exit::Refused } else { Exit::Error };
        Self::new(exit, failure.to_string()).hint(failure.advice())
    }
}

/// A selector that names no resource is wrong use.
impl From<Unmatched> for CommandFailure {
    fn from(Unmatched(message): Unmatched) -> Self {
        Self::usage(message)
    }
}

impl From<PlanError> for CommandFailure {
    fn from(why: PlanError) -> Self {
        match why {
            PlanError::Failed(failure) => failure.into(),
            PlanError::Unmatched(unmatched) => unmatched.into(),
        }
    }
}

/// Writing a result failed (a full disk).
impl From<io::Error> for CommandFailure {
    fn from(error: io::Error) -> Self {
        Self::error(format!("cannot write the result: {error}"))
    }
}
