use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::events::{doing, event_json, event_line};
use crate::apply::Event;
use crate::plan::{StepId, Verb};
use crate::resource::StackId;

/// So many running steps have a line of their own on a terminal.
const LINES: usize = 10;
const TICK: Duration = Duration::from_millis(120);
/// How often a log says that something still goes on.
const AGAIN: Duration = Duration::from_secs(30);

/// Shows a run while it runs.
pub struct Progress {
    shown: Shown,
}

enum Shown {
    /// Bars on a terminal.
    Bars(Bars),
    /// One line an event.
    Lines(Lines),
    /// One JSON object an event.
    Json(Json),
    /// Only what failed.
    Quiet(Box<dyn Write + Send>),
}

impl Progress {
    /// Bars on standard error, which is a terminal that can move its cursor; `steps` is how many there are of each
    /// stack, and `spelled` writes the commands that a line names.
    pub fn bars(steps: &[usize], spelled: impl Fn(&str) -> String + Send + 'static) -> Self {
        Self { shown: Shown::Bars(Bars::new(steps, ProgressDrawTarget::stderr(), Box::new(spelled))) }
    }

    pub fn lines(to: Box<dyn Write + Send>) -> Self {
        Self { shown: Shown::Lines(Lines { to, said: Said::default() }) }
    }

    pub fn json(to: Box<dyn Write + Send>) -> Self {
        Self { shown: Shown::Json(Json { to, said: Said::default() }) }
    }

    pub fn quiet(to: Box<dyn Write + Send>) -> Self {
        Self { shown: Shown::Quiet(to) }
    }

    /// Shows one event. A reader that went away is no reason to stop changing things half-way: its error is dropped.
    pub fn event(&mut self, event: &Event) {
        let _ = match &mut self.shown {
            Shown::Bars(bars) => {
                bars.event(event);
                Ok(())
            }
            Shown::Lines(lines) => lines.event(event),
            Shown::Json(json) => json.event(event),
            Shown::Quiet(to) if matches!(event, Event::Failed { .. }) => writeln!(to, "{}", event_line(event)),
            Shown::Quiet(_) => Ok(()),
        };
    }

    /// Says something above the bars; `otherwise` where there are none.
    pub fn above(&self, line: &str, otherwise: impl FnOnce()) {
        match &self.shown {
            Shown::Bars(bars) => bars.print(line),
            Shown::Lines(_) | Shown::Json(_) | Shown::Quiet(_) => otherwise(),
        }
    }

    /// Takes the bars away, for what is printed next.
    pub fn finish(self) {}
}

/// What was said of each step under way: what goes on is said again only when it is something else, or after a while.
#[derive(Default)]
struct Said(BTreeMap<(StackId, StepId), (String, Duration)>);

impl Said {
    /// Whether an event says something that was not said just now.
    fn is_news(&mut self, event: &Event) -> bool {
        let Event::Progress { stack, step, what, elapsed } = event else { return true };
        let now = (what.clone(), *elapsed);
        match self.0.get(&(stack.clone(), step.clone())) {
            Some((said, since)) if said == what && *elapsed < *since + AGAIN => false,
            _ => {
                self.0.insert((stack.clone(), step.clone()), now);
                true
            }
        }
    }
}

/// Objects for a program.
struct Json {
    to: Box<dyn Write + Send>,
    said: Said,
}

impl Json {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if !self.said.is_news(event) {
            return Ok(());
        }
        writeln!(self.to, "{}", event_json(event))?;
        self.to.flush()
    }
}

/// A log.
struct Lines {
    to: Box<dyn Write + Send>,
    said: Said,
}

impl Lines {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if !self.said.is_news(event) {
            return Ok(());
        }
        // A retag completes a create; that it was not tried goes without saying.
        if matches!(event, Event::Skipped { step, .. } if step.verb == Verb::Retag) {
            return Ok(());
        }
        writeln!(self.to, "{}", event_line(event))
    }
}

struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    /// In the order in which they began.
    running: Vec<Running>,
    failed: usize,
    /// Whether several stacks are worked on, and each line says which.
    is_fleet: bool,
    spelled: Box<dyn Fn(&str) -> String + Send>,
}

/// A step under way; it has a line of its own while there is room.
struct Running {
    stack: StackId,
    step: StepId,
    text: String,
    since: Instant,
    bar: Option<ProgressBar>,
}

impl Bars {
    fn new(steps: &[usize], target: ProgressDrawTarget, spelled: Box<dyn Fn(&str) -> String + Send>) -> Self {
        let all = MultiProgress::with_draw_target(target);
        let sum: usize = steps.iter().sum();
        // What is wide is cut at the terminal's edge, however wide it is just then.
        let total =
            all.add(ProgressBar::new(sum as u64).with_style(style("{bar:30} {pos}/{len} · {elapsed} {wide_msg}")));
        total.enable_steady_tick(TICK);
        Self { all, total, running: Vec::new(), failed: 0, is_fleet: steps.len() > 1, spelled }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { stack, step } => self.start(stack, step),
            Event::Progress { stack, step, what, .. } => {
                let text = format!("{}: {what}", self.line(stack, step));
                if let Some(running) = self.running.iter_mut().find(|one| one.is(stack, step)) {
                    running.say(text);
                }
            }
            Event::Failed { stack, step, .. } => {
                self.failed += 1;
                self.end(stack, step, Some(event_line(event)));
            }
            Event::Abandoned { stack, step, .. } => self.end(stack, step, Some(event_line(event))),
            // Its step has ended already.
            Event::Waiting { .. } => self.print(&event_line(event)),
            Event::Ready { steps, .. } => {
                self.total.inc_length(*steps as u64);
                self.print(&event_line(event));
            }
            Event::Finished { stack, step, .. } => self.end(stack, step, None),
            Event::Skipped { .. } => self.total.inc(1),
        }
        self.fill();
        let hidden = self.running.iter().filter(|one| one.bar.is_none()).count();
        let failed = if self.failed > 0 { format!("· {} failed ", self.failed) } else { String::new() };
        let hidden = if hidden > 0 { format!("· {hidden} more running") } else { String::new() };
        self.total.set_message(format!("{failed}{hidden}"));
    }

    fn line(&self, stack: &StackId, step: &StepId) -> String {
        let stack = if self.is_fleet { format!("{stack}: ") } else { String::new() };
        format!("{stack}{} {}", doing(step.verb), step.address)
    }

    fn start(&mut self, stack: &StackId, step: &StepId) {
        let text = self.line(stack, step);
        let (stack, step) = (stack.clone(), step.clone());
        self.running.push(Running { stack, step, text, since: Instant::now(), bar: None });
    }

    /// Gives the lines that are free to those who have none, the oldest first.
    fn fill(&mut self) {
        let free = LINES.saturating_sub(self.running.iter().filter(|one| one.bar.is_some()).count());
        for running in self.running.iter_mut().filter(|one| one.bar.is_none()).take(free) {
            let bar = ProgressBar::new_spinner().with_elapsed(running.since.elapsed());
            let bar = self.all.insert_before(&self.total, bar.with_style(style("  {spinner} {elapsed:>4} {wide_msg}")));
            bar.set_message(running.text.clone());
            bar.enable_steady_tick(TICK);
            running.bar = Some(bar);
        }
    }

    fn end(&mut self, stack: &StackId, step: &StepId, line: Option<String>) {
        if let Some(at) = self.running.iter().position(|one| one.is(stack, step))
            && let Some(bar) = self.running.remove(at).bar
        {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.total.inc(1);
        line.iter().for_each(|line| self.print(line));
    }

    /// Says a line above the bars, folded.
    fn print(&self, line: &str) {
        // Not `suspend`: that panics if the terminal is gone, which is just when there is something to say.
        let _ = self.all.println((self.spelled)(line));
    }
}

impl Running {
    fn is(&self, stack: &StackId, step: &StepId) -> bool {
        self.stack == *stack && self.step == *step
    }

    fn say(&mut self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.clone());
        }
        self.text = text;
    }
}

/// However a run ends, nothing of the bars stays.
impl Drop for Bars {
    fn drop(&mut self) {
        self.running.iter().filter_map(|one| one.bar.as_ref()).for_each(ProgressBar::finish_and_clear);
        self.total.finish_and_clear();
        let _ = self.all.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are constants and a test makes both")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::style::duration;
    use super::*;
    use crate::resource::Address;

    /// What was written, for whoever looks on.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic here").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn lines(&self) -> Vec<String> {
            String::from_utf8_lossy(&self.0.lock().expect("no panic here")).lines().map(str::to_owned).collect()
        }
    }

    fn step() -> (StackId, StepId) {
        (StackId::new("acme", "production"), StepId::new(&Address::new("AWS::EC2::Subnet", "main"), Verb::Delete, ""))
    }

    fn awaits(what: &str, seconds: u64) -> Event {
        let ((stack, step), elapsed) = (step(), Duration::from_secs(seconds));
        Event::Progress { stack, step, what: what.to_owned(), elapsed }
    }

    #[test]
    fn a_wait_is_said_in_a_pipe_at_once_and_every_half_minute_with_its_name_and_age() {
        for is_json in [false, true] {
            let paper = Paper::default();
            let to = Box::new(paper.clone());
            let mut progress = if is_json { Progress::json(to) } else { Progress::lines(to) };
            [0, 10, 29, 30, 45, 60].iter().for_each(|age| progress.event(&awaits("its end", *age)));
            progress.event(&awaits("another thing", 61));
            let lines = paper.lines();
            assert_eq!(lines.len(), 4, "{lines:#?}");
            for (line, (what, age)) in
                lines.iter().zip([("its end", 0), ("its end", 30), ("its end", 60), ("another", 61)])
            {
                let age = if is_json { format!("\"seconds\":{age}.0") } else { duration(age) };
                assert!(line.contains("AWS::EC2::Subnet/main") && line.contains(what) && line.contains(&age), "{line}");
            }
        }
    }

    /// A certificate that is asked for ends its step, and a person is told.
    #[test]
    fn what_waits_for_a_person_is_counted_once() {
        let mut bars = Bars::new(&[3], ProgressDrawTarget::hidden(), Box::new(str::to_owned));
        let (stack, step) = step();
        bars.event(&Event::Started { stack: stack.clone(), step: step.clone() });
        let (id, elapsed) = (None, Duration::ZERO);
        bars.event(&Event::Finished { stack: stack.clone(), step: step.clone(), id, elapsed });
        bars.event(&Event::Waiting { stack, step, what: "a DNS record".to_owned() });
        assert_eq!(bars.total.position(), 1);
    }
}
