//! Where the pairing token comes from: a prompt, stdin or a file. Never argv, which every user of the host can read.

use protocol::pairing::{InvalidPairingToken, PairingToken};
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use zeroize::Zeroizing;

const LONGEST: u64 = 16 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the pairing token cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Invalid(#[from] InvalidPairingToken),
}

/// Reads a token from a file if one is named, else asks on a terminal, else reads stdin.
pub fn read_token(file: Option<&Path>) -> Result<PairingToken, TokenError> {
    let text = match file {
        Some(file) => read_all(std::fs::File::open(file)?)?,
        None if io::stdin().is_terminal() => {
            let asked = dialoguer::Password::new().with_prompt("Pairing token").interact();
            Zeroizing::new(asked.map_err(|dialoguer::Error::IO(error)| error)?)
        }
        None => read_all(io::stdin())?,
    };
    Ok(text.parse()?)
}

fn read_all(source: impl io::Read) -> Result<Zeroizing<String>, io::Error> {
    let mut text = Zeroizing::new(String::new());
    source.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
