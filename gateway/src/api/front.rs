//! What a person finds who opens the gateway's address in a browser.

/// Plain text: there is nothing here that a script could be smuggled into.
const HELLO: &str = "\
This is a Condrix gateway. Its API is under /api/v1; /api/openapi.json describes it.

With a set-up link (https://…/setup#token=cxs_…), make yourself a user. The link and the password are read, not typed into
a command, because everybody on a machine can see what its commands are called with:

  read -rp 'The link: ' LINK
  read -rsp 'A password of twelve characters or more: ' PASSWORD; echo
  TOKEN=${LINK#*token=} PASSWORD=$PASSWORD jq -n '{token: env.TOKEN, name: \"ada\", password: env.PASSWORD}' |
    curl --cacert certificate.pem --cookie-jar cookies --json @- https://…/api/v1/setup
";

pub(super) async fn hello() -> &'static str {
    HELLO
}
