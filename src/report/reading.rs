use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::style::{count, duration};

/// What is quick needs no word on a terminal.
const BEFORE_BAR: Duration = Duration::from_secs(1);
/// A log is told so often.
const AGAIN: Duration = Duration::from_secs(30);

/// How far a look at what is there has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadProgress {
    pub stacks: usize,
    /// Accounts that have been read, and how many there are, by role.
    pub accounts: (usize, usize),
    /// Calls that AWS has answered.
    pub calls: u64,
    pub elapsed: Duration,
}

/// Shows a look while it goes on.
pub enum ReadDisplay {
    /// A line on standard error, which is a terminal that can move its cursor; it is gone afterwards.
    Bar(Option<ProgressBar>),
    /// Lines, and when the last was written.
    Lines(Box<dyn Write + Send>, Duration),
    Quiet,
}

impl ReadDisplay {
    pub fn bar() -> Self {
        Self::Bar(None)
    }

    pub fn lines(to: Box<dyn Write + Send>) -> Self {
        Self::Lines(to, Duration::ZERO)
    }

    /// Says how far it has got, if it is time to. A reader that went away is no reason to stop.
    pub fn tell(&mut self, read: ReadProgress) {
        match self {
            Self::Bar(bar) if read.elapsed >= BEFORE_BAR => {
                let bar = bar.get_or_insert_with(|| {
                    let style =
                        ProgressStyle::with_template("{spinner} {wide_msg}").expect("a constant that a test makes");
                    ProgressBar::new_spinner().with_style(style)
                });
                bar.set_message(line(read));
                bar.tick();
            }
            Self::Lines(to, last) => {
                if read.elapsed >= *last + AGAIN {
                    *last = read.elapsed;
                    let _ = writeln!(to, "{}", line(read)).and_then(|()| to.flush());
                }
            }
            Self::Bar(_) | Self::Quiet => {}
        }
    }
}

impl Drop for ReadDisplay {
    fn drop(&mut self) {
        if let Self::Bar(Some(bar)) = self {
            bar.finish_and_clear();
        }
    }
}

/// `reading 20 stacks: 1 of 3 accounts, 412 answers, 12 s`.
fn line(read: ReadProgress) -> String {
    let ReadProgress { stacks, accounts: (done, all), calls, elapsed } = read;
    let accounts = if all > 1 { format!("{done} of {all} accounts, ") } else { String::new() };
    let (stacks, calls) = (count(stacks, "stack"), count(usize::try_from(calls).unwrap_or(usize::MAX), "answer"));
    format!("reading {stacks}: {accounts}{calls}, {}", duration(elapsed.as_secs()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_hears_of_a_long_look_now_and_then() {
        let log = Log::default();
        let mut reading = ReadDisplay::lines(Box::new(log.clone()));
        for seconds in 0..80 {
            let elapsed = Duration::from_secs(seconds);
            reading.tell(ReadProgress { stacks: 20, accounts: (1, 3), calls: 10 * seconds, elapsed });
        }
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            text,
            "reading 20 stacks: 1 of 3 accounts, 300 answers, 30 s\nreading 20 stacks: 1 of 3 accounts, 600 answers, 60 s\n"
        );
        let mut bar = ReadDisplay::bar();
        bar.tell(ReadProgress { stacks: 1, accounts: (0, 1), calls: 1, elapsed: Duration::from_secs(2) });
    }
}
