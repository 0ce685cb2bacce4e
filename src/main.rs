use std::process::ExitCode;

use provision::cli::{World, run};

fn main() -> ExitCode {
    run(&mut World::real(), std::env::args_os()).into()
}
