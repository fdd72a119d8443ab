//! What of a client's request goes on, and what is added.

use http::header::{self, HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pingora_error::{ErrorType, OrErr as _, Result};
use pingora_http::RequestHeader;
use protocol::headers::{self, Grant};
use protocol::ids::{CoreId, RequestId, UserId};
use protocol::link::paths;
use protocol::secret::random_bytes;

/// A request's way to a Core: who acts there, how far they may go, and the path as the agent knows it.
#[derive(Clone, Debug)]
pub(super) struct TowardsCore {
    pub(super) core: CoreId,
    pub(super) user: UserId,
    pub(super) user_name: String,
    pub(super) grant: Grant,
    pub(super) rest: String,
}

/// The only headers of a client that an agent sees. Cookies and `Authorization` are the gateway's business; an agent
/// never holds what could be used against the gateway.
const TO_CORE: &[HeaderName] = &[
    header::ACCEPT,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::RANGE,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_VERSION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
const TO_CORE_BY_NAME: &[&str] = &["idempotency-key", "last-event-id"];

/// Names that claim to know where a request comes from. Only the edge knows, and it says so in memory.
const FORWARDING: &[&str] = &["forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"];

pub(super) fn to_core(request: &mut RequestHeader, towards: &TowardsCore, id: RequestId) -> Result<()> {
    retain(request, |name| TO_CORE.contains(name) || TO_CORE_BY_NAME.contains(&name.as_str()));
    let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{}{query}", paths::API, towards.rest);
    request.set_uri(path.parse().or_err(ErrorType::InternalError, "a checked path is a path")?);
    request.insert_header(header::HOST, "core")?;
    request.insert_header(headers::USER, towards.user.to_string())?;
    let name = utf8_percent_encode(&towards.user_name, NON_ALPHANUMERIC).to_string();
    request.insert_header(headers::USER_NAME, name)?;
    request.insert_header(headers::GRANT, towards.grant.as_str())?;
    request.insert_header(headers::REQUEST_ID, id.to_string())?;
    request.insert_header(headers::TRACEPARENT, traceparent(id))?;
    Ok(())
}

/// The control plane is told in memory who calls; here only what could mislead it is taken away.
pub(super) fn to_control_plane(request: &mut RequestHeader, id: RequestId) -> Result<()> {
    retain(request, |name| !is_claim(name.as_str()));
    request.insert_header(headers::REQUEST_ID, id.to_string())?;
    Ok(())
}

fn is_claim(name: &str) -> bool {
    name.starts_with(headers::RESERVED_PREFIX)
        || name.starts_with("x-forwarded-")
        || FORWARDING.contains(&name)
        // Some servers read `a_b` as `a-b`.
        || name.contains('_')
}

fn retain(request: &mut RequestHeader, keep: impl Fn(&HeaderName) -> bool) {
    let gone: Vec<HeaderName> = request.headers.keys().filter(|name| !keep(name)).cloned().collect();
    for name in gone {
        request.remove_header(&name);
    }
}

/// The request's id serves as the trace's: one number finds both.
fn traceparent(id: RequestId) -> HeaderValue {
    let span = u64::from_be_bytes(random_bytes());
    HeaderValue::from_str(&format!("00-{}-{span:016x}-01", id.as_uuid().simple()))
        .expect("hexadecimal digits are a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> RequestHeader {
        let mut request = RequestHeader::build("POST", b"/api/v1/cores/x/sessions?after=1:2", None).unwrap();
        for (name, value) in headers {
            request.append_header((*name).to_owned(), (*value).to_owned()).unwrap();
        }
        request
    }

    fn towards() -> TowardsCore {
        TowardsCore {
            core: CoreId::new(),
            user: UserId::new(),
            user_name: "Ada Łovelace\r\n".into(),
            grant: Grant::Operate,
            rest: "/sessions".into(),
        }
    }

    #[test]
    fn an_agent_sees_nothing_that_it_could_use_against_the_gateway() {
        let mut request = request(&[
            ("Cookie", "__Host-condrix=x"),
            ("Authorization", "Bearer x"),
            ("Proxy-Authorization", "Basic x"),
            ("Origin", "https://localhost:8443"),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "k"),
        ]);
        to_core(&mut request, &towards(), RequestId::new()).unwrap();
        let mut names: Vec<_> = request.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "condrix-grant",
                "condrix-request-id",
                "condrix-user",
                "condrix-user-name",
                "content-type",
                "host",
                "idempotency-key",
                "traceparent"
            ]
        );
        assert_eq!(request.uri, "/v1/sessions?after=1:2");
    }

    #[test]
    fn a_client_cannot_say_who_it_is() {
        let claims = [
            ("Condrix-User", "somebody"),
            ("CONDRIX-GRANT", "administer"),
            ("Condrix_User", "somebody"),
            ("Condrix-Anything", "x"),
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Forwarded-User", "root"),
            ("Forwarded", "for=127.0.0.1"),
            ("X-Real-IP", "127.0.0.1"),
            ("X_Real_IP", "127.0.0.1"),
            ("Traceparent", "00-0-0-00"),
        ];
        let towards = towards();
        let mut to_agent = request(&claims);
        to_core(&mut to_agent, &towards, RequestId::new()).unwrap();
        assert_eq!(to_agent.headers.get_all(headers::USER).iter().collect::<Vec<_>>(), [&*towards.user.to_string()]);
        assert_eq!(to_agent.headers.get_all(headers::GRANT).iter().collect::<Vec<_>>(), ["operate"]);
        assert!(to_agent.headers.keys().all(|name| !name.as_str().contains('_') && !name.as_str().starts_with("x-")));

        let mut to_gateway = request(&claims[..9]);
        to_control_plane(&mut to_gateway, RequestId::new()).unwrap();
        assert_eq!(to_gateway.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), [headers::REQUEST_ID]);
    }

    #[test]
    fn a_name_of_any_characters_is_one_header_line() {
        let mut request = request(&[]);
        to_core(&mut request, &towards(), RequestId::new()).unwrap();
        let name = request.headers.get(headers::USER_NAME).unwrap().to_str().unwrap();
        assert_eq!(percent_encoding::percent_decode_str(name).decode_utf8().unwrap(), "Ada Łovelace\r\n");
    }
}
