//! Answers as hyper wants them, each followed by its mark in the record.

use super::record::Mark;
use bytes::Bytes;
use futures::Stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Body, Frame, SizeHint};
use hyper::{Response, StatusCode, header};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The stand-in breaks the connection on purpose.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken off on purpose")
    }
}

impl std::error::Error for Broken {}

type Boxed = UnsyncBoxBody<Bytes, Broken>;
pub(crate) type Reply = Response<Boxed>;

pub(crate) fn json(status: StatusCode, value: &Value) -> Reply {
    whole(status, "application/json", value.to_string())
}

pub(crate) fn html(status: StatusCode, text: &str) -> Reply {
    whole(status, "text/html; charset=utf-8", text.to_owned())
}

fn whole(status: StatusCode, kind: &'static str, text: String) -> Reply {
    let body = Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {});
    let mut reply = Response::new(body.boxed_unsync());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    reply
}

pub(crate) fn ok(value: &Value) -> Reply {
    json(StatusCode::OK, value)
}

/// An error as the vendor's API words it.
pub(crate) fn api_error(status: StatusCode, kind: &str, message: &str) -> Reply {
    json(status, &json!({ "type": "error", "error": { "type": kind, "message": message } }))
}

pub(crate) fn not_found() -> Reply {
    api_error(StatusCode::NOT_FOUND, "not_found_error", "Not found")
}

pub(crate) fn events(stream: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static) -> Reply {
    use futures::StreamExt as _;
    let mut reply = Response::new(StreamBody::new(stream.map(|part| part.map(Frame::data))).boxed_unsync());
    reply.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/event-stream"));
    reply
}

/// A body that tells the record how it ended.
pub(crate) struct Followed {
    body: Boxed,
    mark: Mark,
    complete: bool,
}

impl Followed {
    pub(crate) fn reply(reply: Reply, mut mark: Mark) -> Response<Self> {
        mark.answering(reply.status().as_u16());
        reply.map(|body| Self { body, mark, complete: false })
    }
}

impl Body for Followed {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.complete = matches!(polled, Poll::Ready(None));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if self.complete || self.body.is_end_stream() {
            self.mark.finish();
        }
    }
}
