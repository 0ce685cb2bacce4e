use super::command_line::Form;
use super::global::Global;
use super::world::{Lines, World};
use crate::plan::Plan;
use crate::report::{Progress, indented};

/// How a run is shown while it runs: bars on a terminal, else a line an event; `json`: events on standard output.
pub fn progress(world: &World, global: &Global, json: bool, plan: &Plan) -> Progress {
    if json {
        Progress::json(Box::new(Lines::new(&world.out, Form::Json)))
    } else if global.quiet {
        Progress::quiet(Box::new(Lines::new(&world.err, Form::Text)))
    } else if world.err.is_terminal && world.variable("TERM") != Some("dumb") {
        let steps = plan.stacks_with_steps().map(|stack| stack.steps.len());
        let called = world.err.called.clone();
        let width = world.err.width;
        let spelled = move |line: &str| called.spell(&indented("", "  ", line, width).join("\n"), Form::Text);
        Progress::bars(&steps.collect::<Vec<_>>(), spelled)
    } else {
        Progress::lines(Box::new(Lines::new(&world.err, Form::Text)))
    }
}
