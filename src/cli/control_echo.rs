use std::io::stdin;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcgetpgrp, tcsetattr};

/// While it lives, the terminal does not write `^C` where Ctrl-C is typed: that would move the cursor out of a display's
/// line, which then could not be taken away.
///
/// Only what it has changed is put back. A process that is killed leaves the terminal without this echo, and no more.
pub struct ControlEcho {
    is_off: bool,
}

impl ControlEcho {
    /// Turns the echo off, if standard input is a terminal that has it on.
    pub fn off() -> Self {
        Self { is_off: set(false) }
    }
}

impl Drop for ControlEcho {
    fn drop(&mut self) {
        if self.is_off {
            set(true);
        }
    }
}

/// Turns the echo of control characters on or off; tells whether that changed anything.
fn set(on: bool) -> bool {
    let terminal = stdin();
    // A job in the background that changes its terminal's modes would be stopped.
    if !tcgetpgrp(&terminal).is_ok_and(|foreground| foreground == getpgrp()) {
        return false;
    }
    let Ok(mut modes) = tcgetattr(&terminal) else { return false };
    let changes = modes.local_modes.contains(LocalModes::ECHOCTL) != on;
    modes.local_modes.set(LocalModes::ECHOCTL, on);
    changes && tcsetattr(&terminal, OptionalActions::Now, &modes).is_ok()
}
