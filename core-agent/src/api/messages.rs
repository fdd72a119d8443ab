//! `/v1/sessions/{session}/messages`: what a person says.

use super::AppState;
use super::MAX_BODY;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::images::Room;
use super::problem::ApiError;
use crate::claude::image::{self, ImageFault};
use crate::journal::{self, Acceptance};
use crate::policy::{Command, Use};
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use protocol::cursor::Cursor;
use protocol::ids::{SessionId, TurnId};
use protocol::image::ImageType;
use protocol::problem::{Problem, ProblemType};
use protocol::secret::SecretHash;
use serde::{Deserialize, Serialize};

const KEY: &str = "idempotency-key";
const LONGEST_KEY: usize = 255;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMessage {
    /// May be empty where there are pictures.
    text: String,
    /// At most 8, of at most 3 750 000 bytes and 8000 pixels a side each. The whole body has at most 8 MiB.
    #[serde(default)]
    images: Vec<NewImage>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewImage {
    media_type: ImageType,
    /// Base64.
    data: String,
}

/// The message is durable on the Core, and waits for its turn or has begun it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Accepted {
    turn: TurnId,
    /// The id of its `message_accepted` event.
    event: String,
}

/// Send a message. A retry with the same key never makes a second turn: it is told the first one's.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/messages",
    operation_id = "send_message",
    tag = "sessions",
    params(("session" = SessionId, Path,), ("Idempotency-Key" = String, Header,)),
    request_body = NewMessage,
    responses(
        (status = 202, body = Accepted),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn send(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    _room: Room,
    Json(NewMessage { text, images }): Json<NewMessage>,
) -> Result<(StatusCode, axum::Json<Accepted>), ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    let idempotency_key = key(&headers)?;
    if text.trim().is_empty() && images.is_empty() {
        return Err(Problem::new(ProblemType::InvalidBody).detail("the text is empty").into());
    }
    if text.len() > MAX_BODY {
        return Err(ProblemType::BodyTooLarge.into());
    }
    let images = decode(images).map_err(|fault| Problem::new(ProblemType::InvalidBody).detail(fault.to_string()))?;
    let message = journal::NewMessage {
        session,
        turn: TurnId::new(),
        idempotency_key,
        body_hash: body_hash(&text, &images),
        text,
        images,
        by: caller.actor(),
    };
    match app.0.claude.send(message).await? {
        Acceptance::New { turn, seq } | Acceptance::Retried { turn, seq } => {
            let event = Cursor { epoch: app.0.journal.epoch(), seq }.to_string();
            Ok((StatusCode::ACCEPTED, axum::Json(Accepted { turn, event })))
        }
        Acceptance::KeyReused => Err(ProblemType::IdempotencyKeyReused.into()),
        Acceptance::QueueFull => Err(ProblemType::QueueFull.into()),
        Acceptance::ImagesFull => Err(ProblemType::ImagesFull.into()),
        Acceptance::Closed => Err(ProblemType::SessionClosed.into()),
        Acceptance::Archived => Err(ProblemType::SessionArchived.into()),
    }
}

fn decode(images: Vec<NewImage>) -> Result<Vec<journal::NewImage>, ImageFault> {
    if images.len() > image::MOST {
        return Err(ImageFault::TooMany);
    }
    let decode = |NewImage { media_type, data }| {
        let data = STANDARD.decode(data).map_err(|_| ImageFault::Encoding)?;
        let image = image::judge(media_type, &data)?;
        Ok(journal::NewImage { image, data: data.into() })
    };
    images.into_iter().map(decode).collect()
}

/// Of all that was said: first the pictures' names, which have no zero byte, then how long the text is, then the text.
fn body_hash(text: &str, images: &[journal::NewImage]) -> SecretHash {
    if images.is_empty() {
        return SecretHash::of_bytes(text.as_bytes());
    }
    let names = images.iter().map(|new| new.image.hash.as_str());
    let parts: Vec<String> = names.map(str::to_owned).chain([text.len().to_string(), text.to_owned()]).collect();
    SecretHash::of_bytes(parts.join("\0").as_bytes())
}

fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut keys = headers.get_all(KEY).iter();
    let key = keys.next().ok_or(ProblemType::IdempotencyKeyRequired)?;
    let plain = |key: &&str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if let (Some(key), None) = (key.to_str().ok().filter(plain), keys.next()) {
        return Ok(key.to_owned());
    }
    let detail = "Idempotency-Key is given once, as 1 to 255 visible ASCII characters";
    Err(Problem::new(ProblemType::BadRequest).detail(detail).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(keys: &[&'static str]) -> HeaderMap {
        keys.iter().map(|key| (http::HeaderName::from_static(KEY), HeaderValue::from_static(key))).collect()
    }

    #[test]
    fn a_message_has_exactly_one_plain_key() {
        assert_eq!(key(&with(&["k-1"])).unwrap(), "k-1");
        assert!(matches!(key(&with(&[])), Err(ApiError::Refused(ProblemType::IdempotencyKeyRequired))));
        for keys in [&["a", "b"][..], &[""], &["a b"]] {
            assert!(matches!(key(&with(keys)), Err(ApiError::Explained(_))), "{keys:?}");
        }
    }
}
