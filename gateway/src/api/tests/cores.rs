//! Pairing, listing, changing, revoking.

use super::*;

pub(super) async fn pair(plane: &Plane, cookie: &HeaderMap, name: &str) -> Value {
    let created = post("/api/v1/pairing-tokens", &json!({"name": name, "labels": {"site": "attic"}})).by(cookie);
    let created = plane.send(created).await.ok(StatusCode::CREATED);
    let token: PairingToken = created["token"].as_str().unwrap().parse().unwrap();
    redeem(plane, &token, SigningKey::generate().public(), 1).await.ok(StatusCode::CREATED)
}

async fn redeem(plane: &Plane, token: &PairingToken, key: PublicKey, from: u8) -> Answer {
    let body = json!({"secret": token.secret.expose_secret(), "key": key, "hostname": "host.example"});
    plane.send(post("/api/v1/pairing", &body).from(from)).await
}

async fn pairing_token(plane: &Plane, cookie: &HeaderMap) -> PairingToken {
    let created = plane.send(ask(Method::POST, "/api/v1/pairing-tokens").by(cookie)).await.ok(StatusCode::CREATED);
    created["token"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_agent_with_a_token_becomes_a_core_that_is_listed() {
    let (plane, cookie) = Plane::with_user().await;
    let paired = pair(&plane, &cookie, "build").await;
    assert_eq!(paired["gateway_key"], plane.app.fleet.public_key().to_string());
    let list = plane.send(get("/api/v1/cores").by(&cookie)).await.ok(StatusCode::OK);
    let core = &list["items"][0];
    assert_eq!(core["id"], paired["core"]);
    assert_eq!((core["name"].as_str(), core["hostname"].as_str()), (Some("build"), Some("host.example")));
    assert_eq!(core["labels"], json!({"site": "attic"}));
    assert_eq!(core["link"]["status"], "offline");
    assert_eq!((core["epoch"].as_u64(), &core["revoked_at"]), (Some(1), &Value::Null));
    let id: CoreId = paired["core"].as_str().unwrap().parse().unwrap();
    assert!(plane.app.fleet.member(id).is_some(), "the fleet knows it at once");
    let path = format!("/api/v1/cores/{id}");
    assert_eq!(plane.send(get(&path).by(&cookie)).await.ok(StatusCode::OK), *core);
}

#[tokio::test]
async fn a_pairing_token_carries_the_address_and_the_fingerprint() {
    let (plane, cookie) = Plane::with_user().await;
    let token = pairing_token(&plane, &cookie).await;
    assert_eq!(token.gateway.as_str(), "https://localhost:8443/");
    assert_eq!(token.fingerprint, plane.app.certificates.fingerprint());
}

#[tokio::test]
async fn every_refused_pairing_reads_the_same() {
    let (plane, cookie) = Plane::with_user().await;
    let used = pairing_token(&plane, &cookie).await;
    let key = SigningKey::generate().public();
    redeem(&plane, &used, key, 1).await.ok(StatusCode::CREATED);
    redeem(&plane, &used, key, 1).await.ok(StatusCode::CREATED);
    let mut unknown = used.clone();
    unknown.secret = protocol::secret::random_secret::<16>("");
    let deleted = pairing_token(&plane, &cookie).await;
    let waiting = plane.send(get("/api/v1/pairing-tokens").by(&cookie)).await.ok(StatusCode::OK);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    let path = format!("/api/v1/pairing-tokens/{}", waiting["items"][0]["id"].as_str().unwrap());
    plane.send(ask(Method::DELETE, &path).by(&cookie)).await.ok(StatusCode::NO_CONTENT);
    assert_eq!(plane.send(ask(Method::DELETE, &path).by(&cookie)).await.problem(), ProblemType::NotFound);
    let mut said = Vec::new();
    for token in [&used, &unknown, &deleted] {
        let mut answer = redeem(&plane, token, SigningKey::generate().public(), 2).await;
        answer.body.as_object_mut().unwrap().remove("instance");
        said.push((answer.status, answer.body));
    }
    assert_eq!(said[0].0, StatusCode::FORBIDDEN);
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
}

#[tokio::test]
async fn guessing_pairing_tokens_is_slowed_down_for_the_guesser_only() {
    let (plane, cookie) = Plane::with_user().await;
    let token = pairing_token(&plane, &cookie).await;
    let mut guess = token.clone();
    let mut throttled = 0;
    for _ in 0..30 {
        guess.secret = protocol::secret::random_secret::<16>("");
        let answer = redeem(&plane, &guess, SigningKey::generate().public(), 66).await;
        throttled += usize::from(answer.problem() == ProblemType::TooManyRequests);
    }
    assert_eq!(throttled, 10);
    redeem(&plane, &token, SigningKey::generate().public(), 1).await.ok(StatusCode::CREATED);
}

#[tokio::test]
async fn a_core_is_renamed_and_relabelled() {
    let (plane, cookie) = Plane::with_user().await;
    let (one, other) = (pair(&plane, &cookie, "one").await, pair(&plane, &cookie, "other").await);
    let address = format!("/api/v1/cores/{}", one["core"].as_str().unwrap());
    let patch =
        |body: Value| ask(Method::PATCH, &address).raw("application/json", body.to_string().as_bytes()).by(&cookie);
    let renamed = plane.send(patch(json!({"name": "uno"}))).await.ok(StatusCode::OK);
    assert_eq!((renamed["name"].as_str(), &renamed["labels"]), (Some("uno"), &json!({"site": "attic"})));
    let relabelled = plane.send(patch(json!({"labels": {}}))).await.ok(StatusCode::OK);
    assert_eq!((relabelled["name"].as_str(), &relabelled["labels"]), (Some("uno"), &json!({})));
    assert_eq!(plane.send(patch(json!({"name": other["name"]}))).await.problem(), ProblemType::Conflict);
    assert_eq!(plane.send(patch(json!({"name": "a b"}))).await.problem(), ProblemType::InvalidBody);
    assert_eq!(plane.send(patch(json!({"epoch": 9}))).await.problem(), ProblemType::InvalidBody);
}

#[tokio::test]
async fn revoking_answers_with_a_receipt_and_restoring_with_a_new_epoch() {
    let (plane, cookie) = Plane::with_user().await;
    let paired = pair(&plane, &cookie, "build").await;
    let path = format!("/api/v1/cores/{}", paired["core"].as_str().unwrap());
    let revoke = ask(Method::POST, &format!("{path}/revoke")).by(&cookie);
    let receipt = plane.send(revoke).await.ok(StatusCode::OK);
    assert_eq!((receipt["epoch"].as_u64(), receipt["agent"]["status"].as_str()), (Some(2), Some("offline")));
    assert!(receipt["remaining"].as_str().unwrap().contains("remain on its host"), "{receipt}");
    let core = plane.send(get(&path).by(&cookie)).await.ok(StatusCode::OK);
    assert!(core["revoked_at"].is_string());
    let again = post(&format!("{path}/revoke"), &json!({"sign_out": true})).by(&cookie);
    assert_eq!(plane.send(again).await.ok(StatusCode::OK)["epoch"], 2);
    let restored = plane.send(ask(Method::POST, &format!("{path}/restore")).by(&cookie)).await.ok(StatusCode::OK);
    assert_eq!(restored["epoch"], 3);
    let mut reader = plane.app.registry.reader().await.unwrap();
    let events = registry::events(&mut reader).await;
    let me = plane.app.auth.authenticate(&cookie).unwrap().unwrap();
    for (event, action) in events.iter().zip(["core.restored", "core.revoked", "core.paired"]) {
        assert_eq!(event.action, action);
        assert_eq!(event.subject, paired["core"].as_str().unwrap());
    }
    assert_eq!(events[1].actor, format!("user:{}", me.user));
    assert_eq!(events[2].actor, "address:192.0.2.1");
    assert_eq!(verify(&mut reader).await.unwrap(), Ok(()));
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let (plane, cookie) = Plane::with_user().await;
    let unknown = CoreId::new();
    for (method, path) in [
        (Method::GET, format!("/api/v1/cores/{unknown}")),
        (Method::POST, format!("/api/v1/cores/{unknown}/revoke")),
        (Method::POST, format!("/api/v1/cores/{unknown}/restore")),
        (Method::GET, "/api/v1/cores/x".to_owned()),
        (Method::DELETE, format!("/api/v1/tokens/{unknown}")),
        (Method::DELETE, format!("/api/v1/login-sessions/{unknown}")),
        (Method::DELETE, "/api/v1/pairing-tokens/x".to_owned()),
    ] {
        let answer = plane.send(ask(method.clone(), &path).by(&cookie)).await;
        assert_eq!(answer.problem(), ProblemType::NotFound, "{method} {path}");
    }
}

#[tokio::test]
async fn cores_come_a_page_at_a_time() {
    let (plane, cookie) = Plane::with_user().await;
    let mut paired = Vec::new();
    for number in 0..5 {
        paired.push(pair(&plane, &cookie, &format!("core{number}")).await["core"].clone());
    }
    let (mut seen, mut path) = (Vec::new(), "/api/v1/cores?limit=2".to_owned());
    loop {
        let page = plane.send(get(&path).by(&cookie)).await.ok(StatusCode::OK);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|core| core["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/cores?limit=2&after={next}");
    }
    assert_eq!(seen, paired);
    for query in ["limit=0", "limit=1001", "limit=x", "after=x", "page=2"] {
        let answer = plane.send(get(&format!("/api/v1/cores?{query}")).by(&cookie)).await;
        assert_eq!(answer.problem(), ProblemType::BadRequest, "{query}");
    }
}
