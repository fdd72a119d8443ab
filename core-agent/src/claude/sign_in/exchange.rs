//! Handing a code to the CLI and hearing what it says.

use super::code::Pasted;
use super::prompt::{self, Verdict};
use crate::supervise::Supervised;
use secrecy::ExposeSecret as _;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The CLI gives the vendor 30 seconds for each of its requests.
const LONGEST: Duration = Duration::from_secs(100);
/// How often stderr is looked at: what the CLI says there does not end with its stdout.
const LOOK: Duration = Duration::from_millis(50);
/// What the CLI wrote before it ended has arrived by then.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// After "Login successful." only the end is left.
const END: Duration = Duration::from_secs(15);

/// Returns when the CLI has said whether the code was good. Cancel safe in that the process can still be ended.
pub(super) async fn exchange(process: &mut Supervised, code: &Pasted) -> Result<(), Verdict> {
    let before = process.stderr_tail().len();
    let line = format!("{}#{}", code.code.expose_secret(), code.state.expose_secret());
    if process.write_line(line).await.is_err() {
        return Err(last_words(process, before).await);
    }
    match timeout(LONGEST, hear(process, before)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Verdict::Network("the CLI gave no answer in time".to_owned())),
    }
}

async fn hear(process: &mut Supervised, before: usize) -> Result<(), Verdict> {
    loop {
        tokio::select! {
            line = process.next_line() => match line {
                Some(Ok(line)) if prompt::is_success(&line) => return ended_well(process).await,
                Some(_) => {}
                None => return Err(last_words(process, before).await),
            },
            () = sleep(LOOK) => if let Some(verdict) = said_since(process, before) {
                return Err(verdict);
            },
        }
    }
}

/// Its exit status alone would not do (an interrupted CLI says 0 as well), nor would its word alone.
async fn ended_well(process: &mut Supervised) -> Result<(), Verdict> {
    process.close_stdin();
    match timeout(END, process.wait()).await {
        Ok(exit) if exit.code == Some(0) => Ok(()),
        Ok(exit) => Err(Verdict::Failed(format!("the CLI reported success and ended with {:?}", exit.code))),
        Err(_) => Err(Verdict::Failed("the CLI reported success and did not end".to_owned())),
    }
}

async fn last_words(process: &mut Supervised, before: usize) -> Verdict {
    let until = Instant::now() + LAST_WORDS;
    loop {
        if let Some(verdict) = said_since(process, before) {
            return verdict;
        }
        if Instant::now() >= until {
            return Verdict::Failed("the CLI ended without a word".to_owned());
        }
        sleep(LOOK).await;
    }
}

fn said_since(process: &Supervised, before: usize) -> Option<Verdict> {
    let said = process.stderr_tail();
    // A tail that was cut in the meantime is looked at whole.
    prompt::verdict(said.get(before..).unwrap_or(&said))
}
