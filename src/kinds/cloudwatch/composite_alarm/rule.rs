use std::fmt;

use serde::{Deserialize, Serialize};

/// An alarm's rule in normal form: one space between words, none inside parentheses, and names of alarms in quotes. White space
/// and quotes mean nothing to CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Rule(String);

/// A piece of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An operator, a state, a constant, a number; or the name of an alarm without quotes.
    Word(&'a str),
    /// What stands in quotes.
    Quoted(&'a str),
    Open,
    Close,
    Comma,
}

/// What asks for the state of the alarm that is named behind it.
const STATES: [&str; 3] = ["ALARM", "OK", "INSUFFICIENT_DATA"];

impl Rule {
    pub fn new(text: &str) -> Self {
        Self(written(&tokens(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The alarms that it asks for, by name or ARN, in the order in which they stand.
    pub(super) fn alarms(&self) -> Vec<&str> {
        let named = |token: Token<'_>| matches!(token, Token::Quoted(_));
        tokens(&self.0).into_iter().filter(|token| named(*token)).map(Token::text).collect()
    }

    /// Whether each parenthesis that is opened is closed again.
    pub(super) fn is_balanced(&self) -> bool {
        let mut depth = 0_i32;
        let closes_what_is_open = tokens(&self.0).into_iter().all(|token| {
            depth += match token {
                Token::Open => 1,
                Token::Close => -1,
                _ => 0,
            };
            depth >= 0
        });
        closes_what_is_open && depth == 0
    }
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Word(text) | Self::Quoted(text) => text,
            Self::Open => "(",
            Self::Close => ")",
            Self::Comma => ",",
        }
    }
}

/// The pieces of a rule, in order. What stands in quotes is one, whatever it holds.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '\'' => {
                let within = &rest[1..];
                let end = within.find(first).unwrap_or(within.len());
                (Token::Quoted(&within[..end]), (end + 2).min(rest.len()))
            }
            _ => {
                let ends = |sign: char| sign.is_whitespace() || ['(', ')', ',', '"'].contains(&sign);
                let end = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), end)
            }
        };
        all.push(token);
        rest = rest[length..].trim_start();
    }
    all
}

/// The rule of these pieces.
fn written(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| tokens[at]);
        let is_tight = match (before, token) {
            (None | Some(Token::Open), _) | (_, Token::Close | Token::Comma) => true,
            // `ALARM(` is one, `AND (` is not.
            (Some(Token::Word(word)), Token::Open) => !["AND", "OR", "NOT"].contains(&word),
            _ => false,
        };
        if !is_tight {
            text.push(' ');
        }
        match token {
            Token::Word(name) if is_name(tokens, at) => text.extend(["\"", name, "\""]),
            Token::Quoted(name) => text.extend(["\"", name, "\""]),
            other => text.push_str(other.text()),
        }
    }
    text
}

/// Whether a word is the name of an alarm: `ALARM(cpu)`.
fn is_name(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |steps: usize| at.checked_sub(steps).map(|at| tokens[at]);
    let asks = matches!(before(2), Some(Token::Word(state)) if STATES.contains(&state));
    asks && before(1) == Some(Token::Open) && tokens.get(at + 1) == Some(&Token::Close)
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Rule {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_the_same() {
        let normal = r#"ALARM("cpu") OR (ALARM("memory") AND NOT OK("lag"))"#;
        for text in [
            normal,
            "ALARM(cpu) OR (ALARM(memory) AND NOT OK(lag))",
            "  ALARM( \"cpu\" )\n  OR ( ALARM('memory')  AND NOT OK (lag) )",
        ] {
            assert_eq!(Rule::new(text).as_str(), normal, "{text}");
        }
        assert_eq!(Rule::new("NOT (TRUE)").as_str(), "NOT (TRUE)");
        let arn = "ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu)";
        assert_eq!(Rule::new(arn).as_str(), "ALARM(\"arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu\")");
        let least = "AT_LEAST( 2 , ALARM, (\"a\", \"b\",\"c\") )";
        assert_eq!(Rule::new(least).as_str(), "AT_LEAST(2, ALARM, (\"a\", \"b\", \"c\"))");
    }

    #[test]
    fn what_means_something_else_differs() {
        assert_ne!(Rule::new("ALARM(cpu)"), Rule::new("OK(cpu)"));
        assert_ne!(Rule::new("ALARM(\"a  b\")"), Rule::new("ALARM(\"a b\")"), "a name has its own spaces");
    }

    #[test]
    fn a_rule_tells_its_alarms_and_whether_it_is_whole() {
        let rule = Rule::new("ALARM(\"a (1)\") AND NOT OK(b)");
        assert_eq!(rule.alarms(), ["a (1)", "b"]);
        assert!(rule.is_balanced());
        for text in ["ALARM(a", "ALARM(a))", ")ALARM(a)("] {
            assert!(!Rule::new(text).is_balanced(), "{text}");
        }
    }
}
