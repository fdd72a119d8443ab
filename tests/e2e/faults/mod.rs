//! What must hold whatever dies: an acknowledged message is in the history once, its turn ends once, a reader that comes
//! back has the history and nothing else, and no process is left over.
//!
//! `CONDRIX_TEST_ROUNDS` says how many faults (`make crash N=…`), `CONDRIX_TEST_SEED` repeats a run.

mod check;
mod dice;
mod fault;
mod follower;
mod stage;

use dice::Dice;
use fault::Fault;
use stage::Stage;

/// Each fault once.
const ROUNDS: u64 = Fault::ALL.len() as u64;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{variable}: {error}")))
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_done_twice_whatever_dies() {
    let rounds = number("CONDRIX_TEST_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("CONDRIX_TEST_SEED").unwrap_or_else(Dice::any_seed);
    eprintln!("{rounds} faults with CONDRIX_TEST_SEED={seed}");
    let mut dice = Dice::new(seed);
    let mut stage = Stage::set().await;
    let mut deck = Vec::new();
    for round in 1..=rounds {
        if deck.is_empty() {
            deck = dice.shuffled(&Fault::ALL);
        }
        let fault = deck.pop().expect("it was filled");
        eprintln!("{round}: {fault:?}");
        stage.round(round, fault, &mut dice).await;
    }
    stage.close().await;
}
