use std::process::ExitCode;
use std::thread;

use provision::cli::{Exit, STACK, World, run};

/// Not on the main thread, whose stack is as large as the shell happens to allow.
fn main() -> ExitCode {
    let work = || run(&mut World::real(), std::env::args_os());
    let exit: Exit = match thread::Builder::new().name("provision".to_owned()).stack_size(STACK).spawn(work) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        // There is no other thread to be had: what is small enough still works.
        Err(_) => run(&mut World::real(), std::env::args_os()),
    };
    exit.into()
}
