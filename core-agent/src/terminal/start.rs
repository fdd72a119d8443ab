//! Starting a keeper.

use super::TerminalError;
use super::spec::Spec;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// What a keeper may take to start a shell.
const PATIENCE: Duration = Duration::from_secs(20);
const LONGEST_ANSWER: u64 = 4 * 1024;

/// Starts a keeper, which goes on by itself: neither its end nor this agent's is the other's.
pub(super) async fn keeper(program: &Path, spec: &Spec) -> Result<(), TerminalError> {
    let mut line = Zeroizing::new(serde_json::to_vec(spec).map_err(io::Error::other)?);
    line.push(b'\n');
    let mut child = Command::new(program)
        .arg0("core-agent")
        .arg("keep-terminal")
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(TerminalError::Start("it has no pipes".to_owned()));
    };
    let started = async {
        stdin.write_all(&line).await?;
        let mut answer = String::new();
        BufReader::new(stdout.take(LONGEST_ANSWER)).read_line(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let Ok(answer) = timeout(PATIENCE, started).await else {
        // A keeper that has ended meanwhile cannot be killed, which is as good.
        drop(child.start_kill());
        return Err(TerminalError::Start("it took too long".to_owned()));
    };
    match answer?.trim_end() {
        "ready" => Ok(()),
        "" => Err(TerminalError::Start("its keeper has ended".to_owned())),
        wrong => Err(TerminalError::Start(wrong.to_owned())),
    }
}
