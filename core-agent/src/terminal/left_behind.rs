//! What a terminal leaves behind whose keeper was killed: nobody hangs up on it any more, and a revocation must not miss it.
//! It is known by the variable that everything in a terminal has, unless somebody took it away.

use crate::supervise::tree;
use protocol::ids::TerminalId;
use rustix::process::Signal;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The variable by which a process knows in which terminal it runs.
pub(super) const TERMINAL: &str = "CONDRIX_TERMINAL";
/// A killed one is gone within moments.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(20);

/// Kills what is left of a terminal.
pub(super) async fn kill(id: TerminalId) {
    let until = Instant::now() + PATIENCE;
    let mut told = 0;
    loop {
        let found = tokio::task::spawn_blocking(move || kill_once(id)).await.map_err(io::Error::other).flatten();
        match found {
            Ok(0) if told > 0 => return tracing::warn!(terminal = %id, "what a killed keeper has left was ended"),
            Ok(0) => return,
            Ok(_) if Instant::now() >= until => {
                return tracing::error!(terminal = %id, "what a killed keeper has left cannot be ended");
            }
            Ok(found) => told += found,
            Err(error) => {
                return tracing::error!(terminal = %id, %error, "what a killed keeper has left cannot be found");
            }
        }
        sleep(LOOK).await;
    }
}

/// Returns how many there were.
fn kill_once(id: TerminalId) -> io::Result<usize> {
    let variable = format!("{TERMINAL}={id}");
    let found = tree::all()?.into_iter().filter(|seen| seen.carries(&variable));
    Ok(found.inspect(|seen| tree::send(*seen, Signal::KILL)).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[tokio::test]
    async fn what_ran_in_this_terminal_is_killed_and_what_runs_in_another_goes_on() {
        let (this, other) = (TerminalId::new(), TerminalId::new());
        let start = |id: TerminalId| Command::new("sleep").arg("60").env_clear().env(TERMINAL, id.to_string()).spawn();
        let (mut ours, mut theirs) = (start(this).unwrap(), start(other).unwrap());
        kill(this).await;
        assert!(ours.wait().unwrap().code().is_none(), "it was killed");
        assert!(theirs.try_wait().unwrap().is_none(), "it goes on");
        theirs.kill().unwrap();
        theirs.wait().unwrap();
    }
}
