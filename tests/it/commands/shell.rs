//! The program itself, as a process: with a project's folder, an account of a local AWS, and an environment of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::sandbox::local_aws;

/// Where the program stands in a test.
pub struct Shell {
    pub folder: PathBuf,
    pub env: BTreeMap<String, String>,
}

/// How a program in a terminal ended.
pub struct TerminalRun {
    pub exit: Option<i64>,
    /// What was written to the terminal, escape sequences left out.
    pub output: String,
    /// With them.
    pub raw: String,
    /// How long it took from the last step to the end.
    pub seconds: f64,
    /// Whether the terminal that is left behind writes `^C` for Ctrl-C, as it did before.
    pub echoes_control: bool,
}

impl Shell {
    /// A project with one tenant `acme`, one environment `test` in us-east-1 and one template, in an account of the
    /// server at `url`.
    pub fn new(name: &str, url: &str, account: &str, template: &str) -> Self {
        let folder = local_aws::folder(name);
        let tenant = format!(
            "tenant: acme\ntemplate: t\naccount: \"{account}\"\nenvironments:\n  test: {{ region: us-east-1, protected: false }}\n"
        );
        let shell = Self { folder, env: environment(url, account) };
        shell.write("tenants/acme.yaml", &tenant);
        shell.write("templates/t.yaml", template);
        shell.with("XDG_STATE_HOME", &local_aws::folder(name).join("state").display().to_string())
    }

    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.env.insert(variable.to_owned(), value.to_owned());
        self
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    /// Runs the program without a terminal.
    pub async fn run(&self, args: &[&str]) -> Output {
        self.command(binary(), args).output().await.expect("it starts")
    }

    /// Runs the program by a line for `bash`, which knows it as `$provision`.
    pub async fn run_line(&self, line: &str) -> Output {
        let mut command = self.command(Path::new("bash"), &["-c", line]);
        command.env("provision", binary()).output().await.expect("it starts")
    }

    /// The program, to be started.
    pub fn command(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.folder).env_clear().envs(&self.env).stdin(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    /// Runs the program in a terminal; the steps are those of `tests/terminal.py`.
    pub async fn terminal(&self, args: &[&str], steps: Value) -> TerminalRun {
        self.terminal_of(100, args, steps).await
    }

    /// The same in a terminal of so many columns.
    pub async fn terminal_of(&self, columns: u16, args: &[&str], steps: Value) -> TerminalRun {
        let command: Vec<_> = std::iter::once(binary().to_str().expect("a path")).chain(args.iter().copied()).collect();
        let script = json!({ "command": command, "env": self.env, "do": steps, "columns": columns });
        let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal.py");
        let mut python = self.command(local_aws::python().await, &[driver]);
        let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(script.to_string().as_bytes()).await.expect("it reads");
        drop(stdin);
        let answer = child.wait_with_output().await.expect("it ends").stdout;
        let answer: Value = serde_json::from_slice(&answer).expect("it answers in JSON");
        let raw = answer["output"].as_str().expect("text").to_owned();
        let output = for_aws(&strip(&raw));
        assert_eq!(answer["missed"], Value::Null, "the text never came; what did:\n{output}");
        let seconds = answer["seconds"].as_f64().expect("a number");
        let echoes_control = answer["echoes_control"].as_bool().unwrap_or_default();
        TerminalRun { exit: answer["exit"].as_i64(), output, raw, seconds, echoes_control }
    }

    /// The journal's events, as `name address`.
    pub fn journal(&self) -> Vec<String> {
        let folder = Path::new(&self.env["XDG_STATE_HOME"]).join("provision/journals");
        let mut files = files(&folder);
        files.sort();
        let texts = files.iter().map(|file| std::fs::read_to_string(file).expect("a journal"));
        let lines: Vec<_> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let event = |line: &String| {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let address = event["address"].as_str().unwrap_or_default().to_owned();
            format!("{} {address}", event["event"].as_str().unwrap_or_default()).trim_end().to_owned()
        };
        lines.iter().map(event).collect()
    }
}

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_provision"))
}

/// What the program sees of the world: nothing of ours. Keys of an account are its twelve digits.
pub fn environment(url: &str, account: &str) -> BTreeMap<String, String> {
    let all = [
        ("AWS_ACCESS_KEY_ID", account),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL", url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("HOME", "/nowhere"),
        ("PATH", "/usr/bin:/bin"),
        ("TERM", "xterm-256color"),
        ("USER", "sre"),
        ("HOSTNAME", "desk"),
    ];
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Every file below a folder; none if it is not there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Text without escape sequences.
pub fn strip(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// What a process wrote to both streams, its commands as if they were for AWS.
pub fn both(output: &Output) -> String {
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for_aws(&all)
}

/// The commands of a text without the endpoint that every one of them names here.
pub fn for_aws(text: &str) -> String {
    let mut pieces = text.split("provision --endpoint-url ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, command) = piece.split_once(' ').expect("a URL and a command");
        out.push_str("provision ");
        out.push_str(command);
    }
    out
}
