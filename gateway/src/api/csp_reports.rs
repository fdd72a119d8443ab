//! Where browsers report what the content policy has kept a page from.

use crate::app::App;
use crate::problem::ApiError;
use crate::violations::{self, NotAReport};
use axum::body::Bytes;
use axum::extract::State;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use std::time::Instant;

/// More than browsers gather into one body.
const LONGEST: usize = 32 * 1024;

/// Report violations of the content policy. Browsers do, by themselves.
#[utoipa::path(
    post, path = "/api/v1/csp-reports", operation_id = "report_csp_violations", tag = "pages", security(()),
    request_body(content((Object = "application/csp-report"), (Vec<Object> = "application/reports+json"))),
    responses((status = 204))
)]
pub(super) async fn take(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, ApiError> {
    if body.len() > LONGEST {
        return Err(ApiError::BodyTooLarge);
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let reported = violations::read(media_type, &body).map_err(|reason| match reason {
        NotAReport::MediaType => ApiError::MediaType,
        NotAReport::Malformed(detail) => ApiError::InvalidBody(detail),
    })?;
    let now = Instant::now();
    for violation in &reported {
        app.violations.note(violation, now);
    }
    Ok(StatusCode::NO_CONTENT)
}
