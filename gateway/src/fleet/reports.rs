//! What an agent says of itself: one long answer, one line a report, for as long as the link is up.

use super::{Fleet, Member};
use futures::StreamExt as _;
use futures::TryStreamExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use link::{NotOpened, Opener};
use protocol::ids::LinkId;
use protocol::link::paths;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::io::StreamReader;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Longer than any report; an agent that sends more is not believed.
const MAX_REPORT: usize = 64 * 1024;
/// Between two reports: an agent takes longer, and one that does not is to keep nobody busy.
const PACE: Duration = Duration::from_millis(20);
/// Between two writes of one Core's state. A write waits for the disk, and a Core may report as fast as it likes. A gateway
/// that is killed knows no less for long: an agent reports anew to the next one.
const SAVE_EVERY: Duration = Duration::from_millis(100);
/// After a write that failed: a full disk is told of now and then, not ten times a second.
const TRY_AGAIN: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub(super) enum ReportsError {
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    #[error("the request for them failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("the agent answered with status {0}")]
    Status(u16),
    #[error("a line cannot be read: {0}")]
    Line(#[from] LinesCodecError),
    #[error("a report cannot be understood: {0}")]
    Json(#[from] serde_json::Error),
}

/// Takes reports in until the link ends.
pub(super) async fn follow(fleet: &Fleet, member: &Member, link: LinkId, opener: &Opener) -> Result<(), ReportsError> {
    let stream = opener.open_reserved().await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(paths::REPORTS)
        .header(hyper::header::HOST, "core")
        .body(Empty::<Bytes>::new())
        .expect("a constant address is a request");
    let reports = async {
        let response = sender.send_request(request).await?;
        if response.status() != hyper::StatusCode::OK {
            return Err(ReportsError::Status(response.status().as_u16()));
        }
        let body = StreamReader::new(response.into_body().into_data_stream().map_err(io::Error::other));
        let mut lines = FramedRead::new(body, LinesCodec::new_with_max_length(MAX_REPORT));
        while let Some(line) = lines.next().await {
            member.set_report(link, serde_json::from_str(&line?)?);
            if member.unsaved().is_some() {
                fleet.unsaved.notify_one();
            }
            sleep(PACE).await;
        }
        Ok(())
    };
    // The connection is polled beside its one request: nothing comes through a connection that nobody drives.
    tokio::pin!(connection, reports);
    tokio::select! {
        biased;
        ended = &mut reports => ended,
        failed = &mut connection => match failed {
            Ok(()) => reports.await,
            Err(reason) => Err(reason.into()),
        },
    }
}

impl Fleet {
    /// Writes what Cores report to the registry until `shutdown` fires: of each the newest state, at most once in a
    /// while, and again until it is written. No link has to last for it.
    pub async fn keep_reports(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = self.unsaved.notified() => {}
                () = shutdown.cancelled() => {}
            }
            let pause = if self.save_reports().await { SAVE_EVERY } else { TRY_AGAIN };
            shutdown.run_until_cancelled(sleep(pause)).await;
        }
        self.save_reports().await;
    }

    /// Returns whether all that there was could be written.
    async fn save_reports(&self) -> bool {
        let mut all = true;
        let members: Vec<Arc<Member>> = self.read().by_id.values().cloned().collect();
        for member in members {
            let Some(claude) = member.unsaved() else { continue };
            match crate::registry::core_claude::upsert(&self.registry, member.id(), &claude).await {
                Ok(()) => member.saved(claude),
                Err(reason) => {
                    error!(core = %member.id(), %reason, "a Core's sign-in state could not be written to the registry");
                    self.unsaved.notify_one();
                    all = false;
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use crate::registry::cores::tests::add;
    use crate::registry::tests::registry;
    use link::{Timing, opener};
    use protocol::claude::{ClaudeState, CoreReport, Method};
    use protocol::keys::SigningKey;
    use protocol::link::Class;
    use std::time::Instant;
    use tempfile::TempDir;
    use tokio::io::duplex;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    struct Stage {
        _folder: TempDir,
        registry: Registry,
        fleet: Arc<Fleet>,
        member: Arc<Member>,
        link: LinkId,
    }

    impl Stage {
        async fn set() -> Self {
            let (folder, registry) = registry().await;
            let core = add(&registry, "core").await;
            let cores = [(core.clone(), ClaudeState::default())];
            let fleet = Arc::new(Fleet::new(SigningKey::generate(), registry.clone(), Arc::default(), cores));
            let (member, link) = (fleet.member(core.id).unwrap(), LinkId::new());
            let (opener, _) = opener(duplex(64).0, Timing::default());
            member.attach(1, link, Class::Interactive, "0.1.0", opener).unwrap();
            Self { _folder: folder, registry, fleet, member, link }
        }

        async fn sql(&self, statements: &'static str) {
            let mut routine = self.registry.routine().await.unwrap();
            sqlx::raw_sql(statements).execute(routine.connection()).await.unwrap();
            routine.commit().await.unwrap();
        }

        fn report(&self, method: Method) {
            let claude = ClaudeState { method, ..ClaudeState::default() };
            self.member.set_report(self.link, CoreReport { claude, ..CoreReport::default() });
            self.fleet.unsaved.notify_one();
        }

        async fn registered(&self) -> Option<Method> {
            let mut reader = self.registry.reader().await.unwrap();
            let known = crate::registry::core_claude::all(&mut reader).await.unwrap();
            known.get(&self.member.id()).map(|claude| claude.method)
        }

        fn keep(&self, shutdown: &CancellationToken) -> JoinHandle<()> {
            let (fleet, shutdown) = (Arc::clone(&self.fleet), shutdown.clone());
            tokio::spawn(async move { fleet.keep_reports(shutdown).await })
        }
    }

    #[tokio::test]
    async fn a_state_that_could_not_be_written_is_written_once_it_can() {
        let stage = Stage::set().await;
        stage.sql("CREATE TRIGGER full BEFORE INSERT ON core_claude BEGIN SELECT RAISE(ABORT, 'full'); END").await;
        stage.report(Method::OAuth);
        stage.fleet.save_reports().await;
        assert_eq!(stage.registered().await, None);
        // The same again, over another link, is no news to anybody but the registry.
        stage.report(Method::OAuth);
        stage.sql("DROP TRIGGER full").await;
        let shutdown = CancellationToken::new();
        let keeping = stage.keep(&shutdown);
        let written = async {
            while stage.registered().await != Some(Method::OAuth) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_mins(1), written).await.expect("it is written");
        shutdown.cancel();
        keeping.await.unwrap();
    }

    #[tokio::test]
    async fn a_core_that_reports_without_end_is_written_now_and_then_and_its_last_word_too() {
        let stage = Stage::set().await;
        stage
            .sql(
                "CREATE TABLE writes (at INTEGER);
                 CREATE TRIGGER counted AFTER INSERT ON core_claude BEGIN INSERT INTO writes VALUES (1); END",
            )
            .await;
        let shutdown = CancellationToken::new();
        let keeping = stage.keep(&shutdown);
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(1_500) {
            stage.report(Method::OAuth);
            tokio::task::yield_now().await;
            stage.report(Method::None);
            tokio::task::yield_now().await;
        }
        stage.report(Method::ApiKey);
        shutdown.cancel();
        keeping.await.unwrap();
        let bound = 2 + i64::try_from(began.elapsed().as_millis() / SAVE_EVERY.as_millis()).unwrap();
        assert_eq!(stage.registered().await, Some(Method::ApiKey));
        let writes: i64 = sqlx::query_scalar("SELECT count(*) FROM writes")
            .fetch_one(&mut *stage.registry.reader().await.unwrap())
            .await
            .unwrap();
        assert!((1..=bound).contains(&writes), "{writes} writes in {:?}", began.elapsed());
    }
}
