use std::time::Duration;

use crate::resource::{AWS, spell};

/// How this program was called: what every command that it names has to begin with, to be about the same folder and the
/// same AWS.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The program's name and its global options.
    pub whole: String,
    /// The same for commands that contact nobody.
    pub offline: String,
    /// What AWS's own command has to end with; none where it is about the sandbox, whose address and keys it does not know.
    pub aws: Option<String>,
}

/// What a text is that commands are written into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Text,
    Json,
    Html,
}

impl Default for Invocation {
    fn default() -> Self {
        Self { whole: "provision".to_owned(), offline: "provision".to_owned(), aws: Some(String::new()) }
    }
}

impl Invocation {
    /// Writes the commands that a text names as they are typed: the only way by which one is printed.
    pub fn spell(&self, text: &str, form: Form) -> String {
        let typed = |command: &str| {
            if let Some(call) = command.strip_prefix(AWS) {
                return match &self.aws {
                    Some(options) => format!("{command}{}", form.escaped(options)),
                    None => format!("{call}, in the sandbox"),
                };
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_of_aws_goes_where_ours_went() {
        let text = "start it (⟪aws rds start-db-cluster --region eu-west-1⟫)";
        let called = |aws: Option<&str>| Invocation { aws: aws.map(str::to_owned), ..Invocation::default() };
        let elsewhere = called(Some(" --profile \"p\" --endpoint-url http://127.0.0.1:1"));
        let options = "--region eu-west-1 --profile \"p\" --endpoint-url http://127.0.0.1:1";
        assert_eq!(elsewhere.spell(text, Form::Text), format!("start it (aws rds start-db-cluster {options})"));
        assert!(elsewhere.spell(text, Form::Json).contains("--profile \\\"p\\\""));
        let sandbox = "start it (rds start-db-cluster --region eu-west-1, in the sandbox)";
        assert_eq!(called(None).spell(text, Form::Text), sandbox, "that would go to AWS");
    }
}
