//! `admin.sock`: one JSON line in, one out. Who may open it is the file system's to say.

use super::{Answer, Order, execute};
use crate::app::App;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

/// Longer than any order or answer of an installation with thousands of Cores.
const MAX_LINE: u64 = 4 * 1024 * 1024;
const MAX_ORDER: u64 = 64 * 1024;
/// How long the other side may take to say its line.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long accepting rests when the process has run out of descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);
/// How long an answer may take: a revocation with a sign-out waits for the Core.
const ANSWER: Duration = Duration::from_secs(90);

/// Makes the socket. Called with the registry's lock held, so a socket that is there is a dead gateway's.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    // The folder is 0700 already; the socket says the same for itself.
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers orders until `shutdown` fires.
pub async fn serve(listener: UnixListener, app: Arc<App>, tasks: TaskTracker, shutdown: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let app = Arc::clone(&app);
                // An order that has begun runs to its end, also when the one who gave it goes away.
                tasks.spawn(async move {
                    if let Err(reason) = answer(stream, &app).await {
                        warn!(%reason, "an order on the admin socket was not answered");
                    }
                });
            }
            Err(reason) => {
                // As on the main port: descriptors that have run out come back.
                error!(%reason, "an order could not be accepted");
                sleep(EXHAUSTED).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, app: &App) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let line = timeout(PATIENCE, read_line(read, MAX_ORDER)).await??;
    let answer = match serde_json::from_str::<Order>(&line) {
        Ok(order) => {
            info!(?order, "admin.order");
            execute(app, order).await.unwrap_or_else(|error| Answer::Refused { reason: error.to_string() })
        }
        Err(reason) => Answer::Refused { reason: format!("this order is not understood: {reason}") },
    };
    write_line(&mut write, &answer).await
}

#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens: no gateway runs in this data folder.
    #[error("no gateway is running")]
    NotRunning,
    #[error("the gateway did not answer: {0}")]
    Io(#[from] io::Error),
    #[error("the gateway did not answer in time")]
    Timeout,
    #[error("the gateway's answer is not understood: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Gives an order to the gateway that runs in this data folder.
pub async fn ask(socket: &Path, order: &Order) -> Result<Answer, AskError> {
    let stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Err(AskError::NotRunning);
        }
        Err(error) => return Err(error.into()),
    };
    let (read, mut write) = stream.into_split();
    write_line(&mut write, order).await?;
    let line = timeout(ANSWER, read_line(read, MAX_LINE)).await.map_err(|_| AskError::Timeout)??;
    Ok(serde_json::from_str(&line)?)
}

async fn read_line(read: impl tokio::io::AsyncRead + Unpin, limit: u64) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(read.take(limit)).read_line(&mut line).await?;
    if line.ends_with('\n') { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

async fn write_line(
    write: &mut (impl tokio::io::AsyncWrite + Unpin),
    message: &impl serde::Serialize,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    timeout(PATIENCE, write.write_all(&line)).await?
}
