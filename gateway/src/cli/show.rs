//! What the command line prints: text for people, JSON for programs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line's own output")]

use crate::admin::{Answer, CoreLine};
use crate::revocation::{AgentSaid, Receipt};
use anyhow::Result;
use protocol::claude::SignOutOutcome;

pub(super) fn line(text: &str) {
    println!("{text}");
}

/// An error's own text names its causes already.
pub(super) fn error(error: &(dyn std::error::Error + 'static)) {
    eprintln!("condrix-gateway: {error}");
}

pub(super) fn answer(answer: &Answer, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(answer)?);
        return Ok(());
    }
    match answer {
        Answer::PairingToken { token, expires_at } => {
            println!("{token}");
            eprintln!("On the host: core-agent join (it asks for this token). Good once, until {expires_at}.");
        }
        Answer::Cores { cores } => cores_table(cores),
        Answer::Revoked { receipt } => print_receipt(receipt),
        Answer::Restored { name, epoch, .. } => println!("{name} may link again (epoch {epoch})"),
        Answer::UserAdded { name, .. } => println!("{name} can log in"),
        Answer::SetupLink { link, expires_at } => {
            println!("{link}");
            eprintln!("Makes one user. Good once, until {expires_at}.");
        }
        Answer::Refused { reason } => eprintln!("{reason}"),
    }
    Ok(())
}

fn cores_table(cores: &[CoreLine]) {
    let longest = cores.iter().map(|core| core.name.len()).max().unwrap_or(0).max(4);
    println!("{:longest$}  {:36}  {:8}  CLAUDE", "NAME", "ID", "STATE");
    for core in cores {
        let state = match (core.revoked_at, core.online) {
            (Some(_), _) => "revoked",
            (None, true) => "online",
            (None, false) => "offline",
        };
        let claude = format!("{} ({})", core.claude_state.as_str(), core.claude_method.as_str());
        println!("{:longest$}  {:36}  {state:8}  {claude}", core.name, core.id.to_string());
    }
}

fn print_receipt(receipt: &Receipt) {
    println!("{} is revoked (epoch {})", receipt.name, receipt.epoch);
    println!("  ended here: {} streams, in {:.1} ms", receipt.streams_cut, receipt.cut_ms);
    match receipt.agent {
        AgentSaid::Confirmed(said) => {
            println!(
                "  ended there: {} turns, {} processes, {} terminals",
                said.turns_ended, said.processes_ended, said.terminals_ended
            );
            if said.unfinished > 0 {
                println!("  not yet ended there: the work of {} sessions", said.unfinished);
            }
            match said.sign_out {
                Some(SignOutOutcome::Revoked) => println!("  signed out of Claude, and the vendor was told"),
                Some(SignOutOutcome::DeletedLocally) => println!("  signed out of Claude on the host"),
                Some(SignOutOutcome::KeyDeleted) => println!("  the API key of its sign-in is gone from the host"),
                Some(SignOutOutcome::NotSignedIn) => println!("  was not signed in to Claude"),
                Some(SignOutOutcome::Failed) => println!("  could not be signed out of Claude"),
                Some(SignOutOutcome::ApiKeyRemains) => println!("  uses an API key, of which nobody can be signed out"),
                None => {}
            }
        }
        AgentSaid::Unconfirmed => println!("  the Core did not confirm in time"),
        AgentSaid::Offline => println!("  the Core was not connected"),
    }
    if let Some(remaining) = &receipt.remaining {
        println!("  {remaining}");
    }
}
