//! The same control as the handle gives, over plain HTTP on loopback: for whoever runs the stand-in as a process.
//!
//! | call | effect |
//! |---|---|
//! | `POST /approve {url, account}` | `{code}`: the vendor's page shows this `CODE#STATE` |
//! | `POST /accounts {name, email, organisation, plan}` | a further account (`ada`, `ben` and, of the console, `dev` exist) |
//! | `POST /accounts/{name}/expire`, `/revoke` | its access tokens lapse; all its sign-ins end |
//! | `GET /accounts/{name}` | refreshes and live sign-ins |
//! | `POST /lifetime {seconds}` | of access tokens issued from now on |
//! | `POST /keys {key}`, `DELETE /keys {key}` | an API key is accepted, is refused |
//! | `POST /rules {contains, answer, times}`, `DELETE /rules` | scripted answers |
//! | `POST /token-faults [fault, …]`, `DELETE /token-faults` | the next requests at the token endpoint |
//! | `POST /gates/{name} {release}` or `{}` | lets parts through; `{}` opens the gate for good |
//! | `GET /gates/{name}` | `{waiting}` |
//! | `GET /requests?host=&path=`, `DELETE /requests` | the record |

use super::{Account, Rule, TokenFault, Vendor};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

type Control = State<Arc<Vendor>>;

pub fn router(vendor: Arc<Vendor>) -> Router {
    Router::new()
        .route("/approve", post(approve))
        .route("/accounts", post(add_account))
        .route("/accounts/{name}", get(account))
        .route("/accounts/{name}/{change}", post(change_account))
        .route("/lifetime", post(lifetime))
        .route("/keys", post(accept_key).delete(refuse_key))
        .route("/rules", post(add_rule).delete(clear_rules))
        .route("/token-faults", post(add_faults).delete(clear_faults))
        .route("/gates/{name}", get(gate).post(move_gate))
        .route("/requests", get(requests).delete(clear_requests))
        .with_state(vendor)
}

#[derive(Deserialize)]
struct Approve {
    url: Url,
    account: String,
}

async fn approve(vendor: Control, Json(body): Json<Approve>) -> Result<Json<Value>, (StatusCode, String)> {
    let code = vendor.approve(&body.url, &body.account);
    code.map(|code| Json(json!({ "code": code }))).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

async fn add_account(vendor: Control, Json(account): Json<Account>) {
    vendor.add_account(account);
}

async fn account(vendor: Control, Path(name): Path<String>) -> Json<Value> {
    Json(json!({
        "refreshes": vendor.refreshes(Some(&name)),
        "live_sign_ins": vendor.live_sign_ins(&name),
        "refresh_reuses": vendor.refresh_reuses(),
    }))
}

async fn change_account(vendor: Control, Path((name, change)): Path<(String, String)>) -> StatusCode {
    match change.as_str() {
        "expire" => vendor.expire_access_tokens(&name),
        "revoke" => vendor.revoke_account(&name),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::OK
}

#[derive(Deserialize)]
struct Lifetime {
    seconds: u64,
}

async fn lifetime(vendor: Control, Json(body): Json<Lifetime>) {
    vendor.set_token_lifetime(Duration::from_secs(body.seconds));
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn accept_key(vendor: Control, Json(body): Json<Key>) {
    vendor.accept_api_key(&body.key);
}

async fn refuse_key(vendor: Control, Json(body): Json<Key>) {
    vendor.refuse_api_key(&body.key);
}

async fn add_rule(vendor: Control, Json(rule): Json<Rule>) {
    vendor.script().add(rule);
}

async fn clear_rules(vendor: Control) {
    vendor.script().clear();
}

async fn add_faults(vendor: Control, Json(faults): Json<Vec<TokenFault>>) {
    for fault in faults {
        vendor.token_faults().push(fault);
    }
}

async fn clear_faults(vendor: Control) {
    vendor.token_faults().clear();
}

#[derive(Deserialize)]
struct Move {
    release: Option<u64>,
}

async fn move_gate(vendor: Control, Path(name): Path<String>, Json(body): Json<Move>) {
    match body.release {
        Some(parts) => vendor.gates().release(&name, parts),
        None => vendor.gates().open(&name),
    }
}

async fn gate(vendor: Control, Path(name): Path<String>) -> Json<Value> {
    Json(json!({ "waiting": vendor.gates().waiting(&name) }))
}

#[derive(Deserialize)]
struct Wanted {
    host: Option<String>,
    path: Option<String>,
}

async fn requests(vendor: Control, Query(wanted): Query<Wanted>) -> Json<Vec<super::Request>> {
    let fits = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    Json(vendor.record().matching(|one| fits(&wanted.host, &one.host) && fits(&wanted.path, one.route())))
}

async fn clear_requests(vendor: Control) {
    vendor.record().clear();
}
