//! The independent reader: what an account holds, as `tests/check_world.py` reads it with boto3.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::sandbox::local_aws;

/// Everything in an account by what it is called, each with the texts of all things of that name.
pub type World = BTreeMap<String, Vec<String>>;

/// A process that reads worlds; importing boto3 takes a second, so it is kept.
pub struct Reader {
    _process: Child,
    asks: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
}

impl Reader {
    pub async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_world.py");
        let mut command = Command::new(local_aws::python().await);
        command.arg(script).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().expect("Python starts");
        let asks = process.stdin.take().expect("piped");
        let says = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { _process: process, asks, says }
    }

    pub async fn world(&mut self, url: &str, account: &str) -> Result<World, String> {
        let question = json!({ "url": url, "account": account });
        self.asks.write_all(format!("{question}\n").as_bytes()).await.expect("it listens");
        let answer = self.says.next_line().await.expect("it speaks").expect("it lives");
        let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
        match answer.get_mut("things") {
            Some(things) => Ok(serde_json::from_value(things.take()).expect("texts by name")),
            None => Err(format!("the reader failed: {}", answer["failure"])),
        }
    }
}

/// How a world differs from the one that an undisturbed run leaves: nothing may be there twice, be missing, be too much, or
/// be otherwise.
pub fn differences(world: &World, expected: &World) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = world.keys().chain(expected.keys()).collect();
    let none = Vec::new();
    let compared = names.into_iter().filter_map(|name| {
        let (are, should) = (world.get(name).unwrap_or(&none), expected.get(name).unwrap_or(&none));
        match (are.len(), should.len()) {
            (there, wanted) if there > wanted && wanted > 0 => Some(format!("{name} is there {there} times")),
            (there, 0) if there > 0 => Some(format!("{name} is left over: {}", are[0])),
            (0, _) => Some(format!("{name} is missing")),
            _ if are == should => None,
            _ => Some(format!("{name} is otherwise: {}", first_difference(&are[0], &should[0]))),
        }
    });
    compared.collect()
}

/// The properties in which two texts differ.
fn first_difference(is: &str, should: &str) -> String {
    let parse = |text: &str| serde_json::from_str::<BTreeMap<String, Value>>(text).expect("an object");
    let (is, should) = (parse(is), parse(should));
    let keys: std::collections::BTreeSet<_> = is.keys().chain(should.keys()).collect();
    let differ = keys.into_iter().filter(|key| is.get(*key) != should.get(*key));
    let words = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    differ
        .map(|key| format!("{key} is {}, not {}", words(is.get(key)), words(should.get(key))))
        .collect::<Vec<_>>()
        .join("; ")
}
