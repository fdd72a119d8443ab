//! Which addresses there are.

use super::described::{Described, described};
use condrix_tests::rig::{Gateway, read};
use condrix_tests::rogue::Rogue;
use reqwest::Method;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const SOME_ID: &str = "00000000-0000-7000-8000-000000000000";

fn path_on(rogue: &Rogue, route: &Described) -> String {
    route.path(|name| if name == "core" { rogue.identity.core.to_string() } else { SOME_ID.to_owned() })
}

#[tokio::test]
async fn nobody_gets_anywhere_but_to_public_routes() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let nobody = gateway.client();
    let routes = described(&ada).await;
    for route in routes.iter().filter(|route| !route.public) {
        let answer = read(nobody.request(route.method.clone(), &path_on(&rogue, route)).json(&json!({}))).await;
        answer.expect_problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{route:?}");
    }
    let public: BTreeSet<&str> =
        routes.iter().filter(|route| route.public).map(|route| route.template.as_str()).collect();
    let meant = [
        "/api/v1/csp-reports",
        "/api/v1/login",
        "/api/v1/pairing",
        "/api/v1/setup",
        "/api/v1/token",
        "/livez",
        "/readyz",
    ]
    .into_iter()
    .collect();
    assert_eq!(public, meant);
    assert!(rogue.received().is_empty(), "{:?}", rogue.received());
}

#[tokio::test]
async fn another_method_is_told_which_ones_fit() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in described(&ada).await {
        let known = methods.entry(path_on(&rogue, &route)).or_default();
        known.insert(route.method.to_string());
        if route.method == Method::GET {
            known.insert("HEAD".to_owned());
        }
    }
    for (path, known) in &methods {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            if known.contains(method) {
                continue;
            }
            let answer = read(ada.request(method.parse().expect("a method"), path)).await;
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
            if method != "HEAD" {
                answer.expect_problem(405, "method-not-allowed");
            }
            let allowed = answer.header("allow").unwrap_or_default();
            let told: BTreeSet<String> = allowed.split(", ").map(str::to_owned).collect();
            assert_eq!(&told, known, "{method} {path}");
        }
    }
    assert!(rogue.received().is_empty(), "{:?}", rogue.received());
}

#[tokio::test]
async fn what_is_no_route_is_nothing_even_if_a_core_would_answer() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let core = rogue.identity.core.to_string();
    let shouted = core.to_uppercase();
    for path in [
        "/link/v1/reports".to_owned(),
        "/link/v1/revoked".to_owned(),
        "/v1/workspaces".to_owned(),
        "/api/v1/cores/{core}/link/v1/reports".to_owned(),
        "/api/v1/cores/{core}/link/v1/revoked".to_owned(),
        "/api/v1/cores/{core}/v1/workspaces".to_owned(),
        "/api/v1/cores/{core}/reports".to_owned(),
        "/api/v1/cores/{core}/revoked".to_owned(),
        "/api/v1/cores/{core}/debug".to_owned(),
        "/api/v1/cores/{core}/metrics".to_owned(),
        "/api/v1/cores/{core}/workspaces/x/y".to_owned(),
        "/api/v1/cores/{core}/Workspaces".to_owned(),
        "/api/v1/cores/{core}/sessions/x/y/z".to_owned(),
        "/api/v1/cores/{core}/claude/credentials".to_owned(),
        "/api/v1/cores/{core}/.claude/.credentials.json".to_owned(),
        "/api/v2/cores/{core}/workspaces".to_owned(),
        "/API/v1/cores/{core}/workspaces".to_owned(),
        "/api/v1/cores/none/workspaces".to_owned(),
        "/metrics".to_owned(),
        "/admin.sock".to_owned(),
        "/favicon.ico".to_owned(),
        format!("/api/v1/cores/{shouted}/workspaces"),
        format!("/api/v1/cores/{}/workspaces", core.replace('-', "")),
        format!("/api/v1/cores/%7B{core}%7D/workspaces"),
        format!("/api/v1/cores/{SOME_ID}/workspaces"),
    ] {
        let path = path.replace("{core}", &core);
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = read(ada.request(method.clone(), &path).json(&json!({ "sign_out": false }))).await;
            let unknown_core = path.contains(SOME_ID) && method == Method::DELETE;
            let told = if unknown_core { (405, "method-not-allowed") } else { (404, "not-found") };
            assert_eq!((answer.status, answer.problem().as_deref()), (told.0, Some(told.1)), "{method} {path}");
        }
    }
    assert!(rogue.received().is_empty(), "{:?}", rogue.received());
}

#[tokio::test]
async fn a_core_that_is_away_or_revoked_is_said_to_be() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::prepare(&gateway, "rogue").await;
    let path = rogue.path("workspaces");
    ada.get(&path).await.expect_problem(503, "core-offline");
    rogue.up(protocol::ids::LinkId::new()).await;
    rogue.comes_online(&ada).await;
    ada.get(&path).await.expect(200);
    gateway.order(&["core", "revoke", "rogue"], "").await;
    ada.get(&path).await.expect_problem(410, "core-revoked");
    rogue.link().ended().await;
    assert_eq!(rogue.settled().await.len(), 1);
}
