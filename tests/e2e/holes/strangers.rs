//! Who is not known gets nothing.

use super::{address, routes_for_users};
use condrix_tests::rig::{Credentials, Gateway, World, read};
use condrix_tests::rogue::Rogue;
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::json;

#[tokio::test]
async fn a_new_gateway_has_no_user_and_no_password_opens_it() {
    let gateway = Gateway::start().await;
    // Not more than an address may try in a minute.
    for (name, password) in [("admin", "admin"), ("root", ""), ("condrix", "condrix")] {
        let answer = gateway.client().log_in(name, password).await;
        answer.expect_problem(401, "bad-credentials");
        assert_eq!(answer.cookie(), None);
    }
    let setup = json!({ "token": "", "name": "admin", "password": "correct horse battery staple" });
    gateway.client().post("/api/v1/setup", &setup).await.expect_problem(403, "setup-token-refused");
    // The registry holds nobody: only then a first administrator may be made.
    let link = gateway.order(&["setup-link", "--first"], "").await;
    assert!(link["link"].as_str().is_some_and(|link| link.contains("/setup#token=")), "{link}");
}

#[tokio::test]
async fn without_a_login_no_route_answers_and_no_core_hears_of_it() {
    let gateway = Gateway::start().await;
    let rogue = Rogue::start(&gateway, "one").await;
    let core = rogue.identity.core.to_string();
    let nobody = gateway.client();
    let mut tried = 0;
    for (method, template) in routes_for_users(&nobody).await {
        let path = address(&template, &core);
        for authorization in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Bearer null"), Some("Basic YTph")]
        {
            let mut request = nobody.request(method.clone(), &path).header("condrix-grant", "administer");
            if let Some(authorization) = authorization {
                request = request.header(AUTHORIZATION, authorization);
            }
            if method != Method::GET {
                request = request.json(&json!({}));
            }
            let answer = read(request).await;
            assert_eq!(answer.status, 401, "{method} {path} with {authorization:?}: {}", answer.text);
            tried += 1;
        }
        let with_a_name = nobody.with(Credentials::Cookie("__Host-condrix=".to_owned()));
        let answer = read(with_a_name.request(method.clone(), &path)).await;
        assert_eq!(answer.status, 401, "{method} {path} with an empty cookie");
    }
    assert!(tried > 150, "{tried}");
    assert_eq!(rogue.settled().await.len(), 0, "the Core was asked");
    let socket = nobody.socket(&rogue.path("sessions/00000000-0000-7000-8000-000000000000/events")).await;
    assert_eq!(socket.unwrap_err().status(), Some(401));
    assert_eq!(rogue.settled().await.len(), 0, "the Core was asked");
}

#[tokio::test]
async fn what_a_core_is_asked_it_is_asked_for_a_user_who_is_named() {
    let gateway = Gateway::start().await;
    let (ada, ben) = (gateway.add_user("ada").await, gateway.add_user("ben").await);
    let rogue = Rogue::start(&gateway, "one").await;
    for (client, name) in [(&ada, "ada"), (&ben, "ben")] {
        let id = client.get("/api/v1/me").await.expect(200)["user"].as_str().expect("a user has an id").to_owned();
        client.get(&rogue.path("workspaces")).await.expect(200);
        let received = rogue.settled().await;
        assert_eq!(received.len(), 1);
        received[0].check(&id).unwrap();
        assert_eq!(received[0].all("condrix-user-name"), [name]);
        for secret in ["cookie", "authorization"] {
            assert_eq!(received[0].all(secret), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn what_a_page_of_one_person_asks_for_is_not_done_by_the_login_of_another() {
    let world = World::start().await;
    let me = world.ada.get("/api/v1/me").await.expect(200)["user"].as_str().expect("an id").to_owned();
    let make = async |expected: &str| {
        let request = world.ada.request(Method::POST, "/api/v1/tokens").header("Condrix-Expected-User", expected);
        read(request.json(&json!({ "name": "mine" }))).await
    };
    for other in ["00000000-0000-7000-8000-000000000000", "", "ada"] {
        make(other).await.expect_problem(409, "another-user");
    }
    assert_eq!(world.ada.get("/api/v1/tokens").await.expect(200)["items"], json!([]));
    make(&me).await.expect(201);
}
