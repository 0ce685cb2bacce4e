use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::command_line::{Form, Invocation};

/// All side effects of a run: built once in `main`, made up in tests.
pub struct World {
    /// The environment's variables.
    pub env: BTreeMap<String, String>,
    pub stdin: Box<dyn BufRead + Send>,
    pub stdin_is_terminal: bool,
    /// Results.
    pub out: Stream,
    /// Everything else: progress, warnings, prompts.
    pub err: Stream,
    pub clock: fn() -> Timestamp,
    /// The processor time that this process has used, where the system tells it.
    pub cpu: fn() -> Option<Duration>,
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        use std::io::IsTerminal as _;
        let env = std::env::vars_os();
        let env: BTreeMap<_, _> =
            env.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        let said = env.get("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|width| *width > 0);
        let width = |is_terminal: bool| {
            let width = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
            width().filter(|_| is_terminal).or(said)
        };
        let (out, err) = (io::stdout(), io::stderr());
        let (out_is_terminal, err_is_terminal) = (out.is_terminal(), err.is_terminal());
        Self {
            env,
            stdin: Box::new(io::BufReader::new(io::stdin())),
            stdin_is_terminal: io::stdin().is_terminal(),
            out: Stream::new(Box::new(out), out_is_terminal, width(out_is_terminal)),
            err: Stream::new(Box::new(err), err_is_terminal, width(err_is_terminal)),
            clock: Timestamp::now,
            cpu,
        }
    }

    /// A variable of the environment that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The user's cache folder, by the XDG rules.
    pub fn cache(&self) -> PathBuf {
        self.folder("XDG_CACHE_HOME", ".cache")
    }

    /// The user's folder for state that should outlive a cache's clearing: journals.
    pub fn state(&self) -> PathBuf {
        self.folder("XDG_STATE_HOME", ".local/state")
    }

    fn folder(&self, variable: &str, below_home: &str) -> PathBuf {
        match (self.variable(variable), self.variable("HOME").or_else(|| self.variable("USERPROFILE"))) {
            (Some(folder), _) => PathBuf::from(folder),
            (None, Some(home)) => PathBuf::from(home).join(below_home),
            (None, None) => PathBuf::from(below_home),
        }
    }
}

/// Standard output or standard error; clones write to the same.
///
/// A reader that went away (`| head`, a closed terminal) is no error: what is written from then on is dropped.
#[derive(Clone)]
pub struct Stream {
    to: Arc<Mutex<Box<dyn Write + Send>>>,
    pub is_terminal: bool,
    /// The terminal's columns.
    pub width: Option<usize>,
    /// Whether colours are written or stripped.
    pub color: bool,
    /// How the commands are typed that texts name.
    pub called: Invocation,
}

impl Stream {
    pub fn new(to: Box<dyn Write + Send>, is_terminal: bool, width: Option<usize>) -> Self {
        Self { to: Arc::new(Mutex::new(to)), is_terminal, width, color: false, called: Invocation::default() }
    }

    /// Writes text that may be coloured, and that may name commands.
    pub fn print(&self, text: &str) -> io::Result<()> {
        self.print_as(Form::Text, text)
    }

    /// The same for a text in another form.
    pub fn print_as(&self, form: Form, text: &str) -> io::Result<()> {
        self.print_raw(&self.called.spell(text, form))
    }

    /// Writes text that names no commands, as it is: a file of another tool's.
    pub fn print_raw(&self, text: &str) -> io::Result<()> {
        let mut to = self.clone();
        if self.color {
            to.write_all(text.as_bytes())?;
        } else {
            to.write_all(anstream::adapter::strip_str(text).to_string().as_bytes())?;
        }
        to.flush()
    }
}

/// Writes what comes in pieces line by line, as [`Stream::print_as`] does.
pub struct Lines {
    to: Stream,
    form: Form,
    line: Vec<u8>,
}

impl Lines {
    pub fn new(to: &Stream, form: Form) -> Self {
        Self { to: to.clone(), form, line: Vec::new() }
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend(bytes);
        if let Some(end) = self.line.iter().rposition(|byte| *byte == b'\n') {
            let lines: Vec<_> = self.line.drain(..=end).collect();
            self.to.print_as(self.form, &String::from_utf8_lossy(&lines))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.line);
        self.to.print_as(self.form, &String::from_utf8_lossy(&rest))
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.lock().unwrap_or_else(PoisonError::into_inner).write(bytes);
        self.unless_gone(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.to.lock().unwrap_or_else(PoisonError::into_inner).flush();
        self.unless_gone(flushed, ())
    }
}

impl Stream {
    /// A terminal that can't be written to was closed: it never fills up.
    fn unless_gone<T>(&self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(instead),
            Err(error) if self.is_terminal && error.kind() != io::ErrorKind::Interrupted => Ok(instead),
            other => other,
        }
    }
}

/// User and system time from /proc, which counts in hundredths of a second.
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
