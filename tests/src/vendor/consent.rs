//! The vendor's page on which a person agrees to a sign-in, for tests that use a browser.

use super::World;
use super::record::Request;
use super::reply::{self, Reply};
use hyper::StatusCode;
use url::Url;

/// Where it is, on whichever of the vendor's hosts.
pub(crate) fn is_page(route: &str) -> bool {
    route.ends_with("/oauth/authorize")
}

/// Asks as whom. Whoever is asked for has logged in here already.
pub(crate) fn ask(world: &World) -> Reply {
    let accounts = world.ledger().account_names();
    let buttons: Vec<String> = accounts
        .iter()
        .map(|name| format!(r#"<button name="account" value="{name}">Approve as {name}</button> "#))
        .collect();
    let buttons = buttons.concat();
    page(StatusCode::OK, &format!(r#"<h1>Claude Code would like to connect</h1><form method="post">{buttons}</form>"#))
}

/// Shows the code.
pub(crate) fn approve(world: &World, request: &Request) -> Reply {
    let address = Url::parse(&format!("https://{}{}", request.host, request.path));
    let account = url::form_urlencoded::parse(request.body.as_bytes()).find(|(name, _)| name == "account");
    let (Ok(address), Some((_, account))) = (address, account) else {
        return page(StatusCode::BAD_REQUEST, "<h1>Invalid request</h1>");
    };
    let approved = world.ledger().approve(&address, &account);
    match approved {
        Ok(code) => page(StatusCode::OK, &format!(r#"<h1>Authentication code</h1><pre id="code">{code}</pre>"#)),
        Err(error) => page(StatusCode::BAD_REQUEST, &format!("<h1>Invalid request</h1><p>{error}</p>")),
    }
}

fn page(status: StatusCode, body: &str) -> Reply {
    reply::html(status, &format!("<!doctype html><title>Vendor stand-in</title>{body}"))
}
