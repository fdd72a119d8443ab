//! What a browser is told about pages and files beside what every answer says (see the edge's `harden`).
//!
//! An answer that nothing has changed says it too: a browser takes such an answer's headers in place of those it has.

use http::HeaderMap;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};

/// Nothing but this gateway's own. Styles may be inline: the terminal and lists of changing height set them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; \
     frame-ancestors 'none'; report-uri /api/v1/csp-reports; report-to csp";

/// The clipboard and notifications are used; nothing else that a browser would ask its user for is.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), \
     gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), \
     screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

const ENDPOINTS: &str = "csp=\"/api/v1/csp-reports\"";

pub(super) fn protect(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS));
    headers.insert(HeaderName::from_static("reporting-endpoints"), HeaderValue::from_static(ENDPOINTS));
}
