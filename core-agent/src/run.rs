//! The agent's life: everything is opened and checked, then served until told to stop, then ended in order and in time.

use crate::api::{self, App, AppState};
use crate::claude::{Claude, StartError};
use crate::config::Config;
use crate::git::{Authors, Clones, GitFolder, Identity};
use crate::journal::{Journal, JournalError};
use crate::link_client::{LinkClient, LinkOptions, LinkState};
use crate::pairing::{Paired, PairedError};
use crate::private_files::PrivateFileError;
use crate::proxies::Proxies;
use crate::state_dir::{StateDir, StateError};
use crate::supervise::Supervisor;
use crate::terminal::Terminals;
use crate::workspace::{WorkspaceError, Workspaces};
use protocol::claude::RevokeOrder;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the journal's last commit may take beyond the configured time.
const LAST_COMMIT: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("this agent belongs to no gateway yet: run `core-agent join` first")]
    NotPaired,
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Folder(#[from] PrivateFileError),
    #[error(transparent)]
    Paired(#[from] PairedError),
    #[error(transparent)]
    Workspaces(#[from] WorkspaceError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Claude(#[from] StartError),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("terminals cannot be kept: {0}")]
    Terminals(#[source] io::Error),
    #[error("the boot cannot be told from others: {0}")]
    BootId(#[source] io::Error),
    #[error("a part that the agent cannot do without has ended: {0}")]
    Essential(&'static str),
    #[error("not everything ended in time")]
    Overdue,
}

/// A token that `SIGTERM` and `SIGINT` cancel.
pub fn signalled() -> io::Result<CancellationToken> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = CancellationToken::new();
    let cancelled = token.clone();
    // It lives as long as the process does: there is nothing to wait for.
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        cancelled.cancel();
    });
    Ok(token)
}

/// Runs the agent until `shutdown`.
pub async fn run(config: Config, supervisor: Supervisor, shutdown: CancellationToken) -> Result<(), RunError> {
    let state = StateDir::open(&config.state_dir)?;
    let paired = Paired::load(&state.gateway())?.ok_or(RunError::NotPaired)?;
    let key = state.load_identity()?.ok_or(RunError::NotPaired)?;
    let workspaces = Workspaces::open(&config.workspaces)?;
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_err(RunError::BootId)?;
    let (journal, writer) = Journal::open(&state.journal(), boot_id.trim()).await?;

    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let left_by_another = workspaces.unfinished()?;
    let mut essential = JoinSet::new();
    essential.spawn(async move {
        writer.run().await;
        "the journal"
    });
    let program = supervisor.program();
    let claude =
        Claude::start(&config, journal.clone(), workspaces.clone(), supervisor.clone(), &tasks, shutdown.clone())
            .await?;
    let guard = claude.guard().clone();
    let identity = Identity::of(&config, &supervisor, guard.clone())?;
    let authors = Authors::new(&GitFolder::at(&config.state_dir));
    let clones = Clones::new(&config, identity.clone(), workspaces.clone(), supervisor, guard.clone(), tasks.clone());
    let terminals = Terminals::start(&config, paired.core, workspaces.clone(), guard, program, tasks.clone());
    let terminals = Arc::new(terminals.await.map_err(RunError::Terminals)?);
    let options = LinkOptions { carrier: config.link.carrier, refused_retry: config.refused_retry };
    let app = App {
        readers: Arc::new(Semaphore::new(config.max_readers as usize)),
        uploads: Arc::new(Semaphore::new(api::MAX_UPLOADS)),
        config,
        journal,
        workspaces,
        identity,
        authors,
        clones,
        claude,
        terminals,
        tasks,
        stop: stop.clone(),
    };
    let app = Arc::new(app);
    let link = LinkClient::new(paired, key, api::router(AppState(app.clone())), Proxies::from_env(), options)?;
    app.tasks.spawn(stop.clone().run_until_cancelled_owned(Clones::sweep(left_by_another)));
    app.tasks.spawn(follow_admission(link.state(), app.clone(), stop.clone()));
    essential.spawn(async move {
        link.run(stop).await;
        "the link"
    });

    let failure = tokio::select! {
        () = shutdown.cancelled() => None,
        ended = essential.join_next() => Some(RunError::Essential(match ended {
            Some(Ok(name)) => name,
            Some(Err(_)) | None => "one of them panicked",
        })),
    };
    if let Some(error) = &failure {
        tracing::error!(%error, "the agent stops");
        shutdown.cancel();
    }
    let ended = end(&app, essential).await;
    failure.map_or(ended, Err)
}

/// Sessions first, while the link can still tell of their end; then the link and whoever reads; the journal last.
async fn end(app: &App, mut essential: JoinSet<&'static str>) -> Result<(), RunError> {
    tracing::info!("the agent is ending");
    let in_order = async {
        let terminals = async {
            if !app.config.terminals.outlive_stop {
                app.terminals.close_all(false).await;
            }
            app.terminals.leave();
        };
        tokio::join!(app.claude.shutdown(), terminals, app.clones.cancel_all());
        app.stop.cancel();
        app.tasks.close();
        app.tasks.wait().await;
    };
    let in_time = timeout(app.config.shutdown_timeout, in_order).await;
    app.stop.cancel();
    let closed = timeout(LAST_COMMIT, async {
        app.journal.close().await?;
        while essential.join_next().await.is_some() {}
        Ok::<_, JournalError>(())
    })
    .await;
    match (in_time, closed) {
        (Ok(()), Ok(closed)) => Ok(closed?),
        (Err(_), _) | (_, Err(_)) => Err(RunError::Overdue),
    }
}

/// A Core that learns at the handshake that it was revoked ends its work, as one does that was told over its link. One
/// that is welcomed afterwards was restored. What an earlier agent left undone waits for the first welcome.
async fn follow_admission(mut link: watch::Receiver<LinkState>, app: Arc<App>, stop: CancellationToken) {
    let watch = async {
        loop {
            let state = *link.borrow_and_update();
            match state {
                LinkState::Revoked => {
                    let revoked = app.claude.revoke(RevokeOrder { sign_out: false }, None);
                    let (confirmation, _, ()) =
                        tokio::join!(revoked, app.terminals.close_all(true), app.clones.cancel_all());
                    tracing::warn!(?confirmation, "this Core was revoked: its work has ended");
                }
                LinkState::Up { epoch } => {
                    if app.claude.admitted(epoch).await {
                        app.terminals.reopen();
                        app.clones.reopen();
                    }
                }
                LinkState::Connecting | LinkState::Refused => {}
            }
            if link.changed().await.is_err() {
                return;
            }
        }
    };
    stop.run_until_cancelled(watch).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::CoreId;
    use protocol::keys::SigningKey;
    use std::path::Path;

    const DEADLINE: Duration = Duration::from_secs(20);

    fn config(folder: &Path) -> Config {
        let mut config = Config {
            state_dir: folder.join("state"),
            workspaces: folder.join("workspaces"),
            shutdown_timeout: Duration::from_secs(5),
            ..Config::default()
        };
        config.claude.command = "/nonexistent/claude".into();
        config.claude.home = Some(folder.join("home"));
        config
    }

    async fn run_with(config: Config, shutdown: CancellationToken) -> Result<(), RunError> {
        timeout(DEADLINE, run(config, Supervisor::at("/nonexistent/core-agent"), shutdown)).await.unwrap()
    }

    #[tokio::test]
    async fn an_agent_without_a_gateway_does_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let outcome = run_with(config(folder.path()), CancellationToken::new()).await;
        assert!(matches!(outcome, Err(RunError::NotPaired)), "{outcome:?}");
    }

    #[tokio::test]
    async fn an_agent_ends_cleanly_though_its_gateway_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let state = StateDir::open(&config.state_dir).unwrap();
        state.ensure_identity().unwrap();
        let paired = Paired {
            gateway: "https://127.0.0.1:1".parse().unwrap(),
            gateway_key: SigningKey::generate().public(),
            core: CoreId::new(),
            name: "test".into(),
        };
        paired.save(&state.gateway()).unwrap();
        drop(state);
        for _ in 0..2 {
            let shutdown = CancellationToken::new();
            let running = run_with(config.clone(), shutdown.clone());
            let stopping = async {
                while !config.state_dir.join("journal.db-wal").exists() {
                    tokio::task::yield_now().await;
                }
                shutdown.cancel();
            };
            let (outcome, stopped) = tokio::join!(running, timeout(DEADLINE, stopping));
            stopped.unwrap();
            outcome.unwrap();
            // On another boot only a clean end keeps the epoch.
            let journal_file = config.state_dir.join("journal.db");
            let (journal, writer) = Journal::open(&journal_file, "another boot").await.unwrap();
            assert_eq!(journal.epoch(), 1);
            let (closed, ()) = tokio::join!(journal.close(), writer.run());
            closed.unwrap();
        }
    }
}
