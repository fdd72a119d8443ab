//! What a person finds who opens the gateway's address in a browser.

/// Plain text: there is nothing here that a script could be smuggled into.
const HELLO: &str = "\
This is a Condrix gateway. Its API is under /api/v1; /api/openapi.json describes it.

With a set-up link (https://…/setup#token=cxs_…), make yourself a user:

  curl --cacert certificate.pem -c cookies -H 'content-type: application/json' \\
    -d '{\"token\": \"cxs_…\", \"name\": \"ada\", \"password\": \"at least twelve characters\"}' \\
    https://…/api/v1/setup
";

pub(super) async fn hello() -> &'static str {
    HELLO
}
