//! What an agent says of itself: one long answer, one line a report, for as long as the link is up.

use super::{Fleet, Member};
use futures::StreamExt as _;
use futures::TryStreamExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use link::{LinkDown, Opener};
use protocol::claude::CoreReport;
use protocol::link::paths;
use std::io;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::io::StreamReader;
use tracing::error;

/// Longer than any report; an agent that sends more is not believed.
const MAX_REPORT: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub(super) enum ReportsError {
    #[error(transparent)]
    LinkDown(#[from] LinkDown),
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
pub(super) async fn follow(fleet: &Fleet, member: &Member, opener: &Opener) -> Result<(), ReportsError> {
    let stream = opener.open().await?;
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
            take_in(fleet, member, serde_json::from_str(&line?)?).await;
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

async fn take_in(fleet: &Fleet, member: &Member, report: CoreReport) {
    let claude = report.claude.clone();
    if member.set_report(report) {
        fleet.metrics.core_claude(member.id(), &claude);
        // The view in memory is right already; the registry catches up with the next change if this write fails.
        if let Err(reason) = crate::registry::core_claude::upsert(&fleet.registry, member.id(), &claude).await {
            error!(core = %member.id(), %reason, "a Core's sign-in state could not be written to the registry");
        }
    }
}
