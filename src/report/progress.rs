use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::events::{doing, event_json, event_line};
use crate::apply::Event;
use crate::plan::StepId;
use crate::resource::StackId;

/// So many running steps have a line of their own on a terminal.
const LINES: usize = 10;
const TICK: Duration = Duration::from_millis(120);

/// Shows a run while it runs.
pub struct Progress {
    shown: Shown,
}

enum Shown {
    /// Bars on a terminal.
    Bars(Bars),
    /// One line an event.
    Lines(Box<dyn Write + Send>),
    /// One JSON object an event.
    Json(Box<dyn Write + Send>),
    /// Only what failed.
    Quiet(Box<dyn Write + Send>),
}

impl Progress {
    /// Bars on standard error, which is a terminal; `steps` is how many there are in all.
    pub fn bars(steps: usize) -> Self {
        Self { shown: Shown::Bars(Bars::new(steps, ProgressDrawTarget::stderr())) }
    }

    pub fn lines(to: Box<dyn Write + Send>) -> Self {
        Self { shown: Shown::Lines(to) }
    }

    pub fn json(to: Box<dyn Write + Send>) -> Self {
        Self { shown: Shown::Json(to) }
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
            Shown::Lines(to) => writeln!(to, "{}", event_line(event)),
            Shown::Json(to) => {
                event_json(event).map_or(Ok(()), |line| writeln!(to, "{line}").and_then(|()| to.flush()))
            }
            Shown::Quiet(to) if matches!(event, Event::Failed { .. }) => writeln!(to, "{}", event_line(event)),
            Shown::Quiet(_) => Ok(()),
        };
    }

    /// Takes the bars away, for what is printed next.
    pub fn finish(self) {
        if let Shown::Bars(bars) = self.shown {
            let _ = bars.all.clear();
        }
    }
}

struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<(StackId, StepId), ProgressBar>,
    /// Running steps without a line of their own.
    hidden: usize,
    failed: usize,
}

impl Bars {
    fn new(steps: usize, target: ProgressDrawTarget) -> Self {
        let all = MultiProgress::with_draw_target(target);
        let total = all.add(ProgressBar::new(steps as u64).with_style(style("{bar:30} {pos}/{len} · {elapsed} {msg}")));
        total.enable_steady_tick(TICK);
        Self { all, total, running: BTreeMap::new(), hidden: 0, failed: 0 }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { stack, step } => self.start(stack, step),
            Event::Progress { stack, step, what, .. } => {
                if let Some(bar) = self.running.get(&(stack.clone(), step.clone())) {
                    bar.set_message(format!("{} {}: {what}", doing(step.verb), step.address));
                }
            }
            Event::Failed { stack, step, .. } => {
                self.failed += 1;
                self.end(stack, step, Some(event_line(event)));
            }
            Event::Waiting { stack, step, .. } => self.end(stack, step, Some(event_line(event))),
            Event::Finished { stack, step, .. } => self.end(stack, step, None),
            Event::Skipped { .. } => self.total.inc(1),
        }
        let failed = if self.failed > 0 { format!("· {} failed ", self.failed) } else { String::new() };
        let hidden = if self.hidden > 0 { format!("· {} more running", self.hidden) } else { String::new() };
        self.total.set_message(format!("{failed}{hidden}"));
    }

    fn start(&mut self, stack: &StackId, step: &StepId) {
        if self.running.len() >= LINES {
            self.hidden += 1;
            return;
        }
        let bar = ProgressBar::new_spinner().with_style(style("  {spinner} {msg} · {elapsed}"));
        let bar = self.all.insert_before(&self.total, bar);
        bar.set_message(format!("{} {}", doing(step.verb), step.address));
        bar.enable_steady_tick(TICK);
        self.running.insert((stack.clone(), step.clone()), bar);
    }

    fn end(&mut self, stack: &StackId, step: &StepId, line: Option<String>) {
        match self.running.remove(&(stack.clone(), step.clone())) {
            Some(bar) => {
                bar.finish_and_clear();
                self.all.remove(&bar);
            }
            None => self.hidden = self.hidden.saturating_sub(1),
        }
        self.total.inc(1);
        if let Some(line) = line {
            let _ = self.all.println(line);
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are constants and a test makes both")
}
