//! What must hold whatever dies: an acknowledged message is in the history once, its turn ends once, a question is decided
//! at most once, a reader that comes back has the history and nothing else, a terminal has every line, a revoked Core is
//! not heard, another Core feels nothing, no process is left over, and the databases are whole.
//!
//! `CONDRIX_TEST_ROUNDS` says how many faults (`make crash N=…`), `CONDRIX_TEST_SEED` repeats a run. Not every fault kills
//! a process, and some kill several: how many were killed is said beside it.

mod aside;
mod asking;
mod check;
mod console;
mod dice;
mod fault;
mod follower;
mod full_disk;
mod happen;
mod mid_refresh;
mod site;
mod stage;
mod talk;

use dice::Dice;
use fault::Fault;
use stage::Stage;
use std::time::Instant;

/// Faults of a short run.
const SHORT: u64 = 6;
/// In so many times that all faults are dealt, those that take long are among them once.
const SELDOM: u64 = 4;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{variable}: {error}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_done_twice_whatever_dies() {
    let mut stage = Box::pin(Stage::set()).await;
    let rounds = number("CONDRIX_TEST_ROUNDS");
    // A short run has some of the faults, each once, and none that takes long.
    let (faults, others): (Vec<_>, Vec<_>) = Fault::ALL
        .into_iter()
        .filter(|fault| rounds.is_some() || !fault.is_slow())
        .partition(|fault| stage.can_bring_about(*fault));
    if !others.is_empty() {
        eprintln!("NOT RUN, for it cannot be brought about here: {others:?}");
    }
    let rounds = rounds.unwrap_or(SHORT);
    let seed = number("CONDRIX_TEST_SEED").unwrap_or_else(Dice::any_seed);
    eprintln!("{rounds} faults with CONDRIX_TEST_SEED={seed}");
    let mut dice = Dice::new(seed);
    let (mut deck, mut dealt, mut killed) = (Vec::new(), 0_u64, 0);
    for round in 1..=rounds {
        if deck.is_empty() {
            let due = |fault: &Fault| dealt.is_multiple_of(SELDOM) || !fault.is_slow();
            deck = dice.shuffled(&faults.iter().copied().filter(due).collect::<Vec<_>>());
            dealt += 1;
        }
        let fault = deck.pop().expect("it was filled");
        let begun = Instant::now();
        eprint!("{round}: {fault:?} … ");
        killed += Box::pin(stage.round(round, fault, &mut dice)).await;
        eprintln!("{:.1} s", begun.elapsed().as_secs_f64());
    }
    Box::pin(stage.close()).await;
    eprintln!("survived {rounds} faults, in which {killed} processes were killed (-9), with CONDRIX_TEST_SEED={seed}");
}
