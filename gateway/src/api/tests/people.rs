//! Set-up, login, credentials.

use super::*;
use crate::auth::Credential;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use std::convert::Infallible;

#[tokio::test]
async fn a_setup_link_makes_an_administrator_once() {
    let plane = Plane::new().await;
    let token = plane.setup_token().await;
    let body = json!({"token": token, "name": "ada", "password": PASSWORD});
    let answer = plane.send(post("/api/v1/setup", &body)).await;
    let cookie = cookie_of(&answer.headers);
    let set = answer.headers[SET_COOKIE].to_str().unwrap().to_owned();
    for attribute in ["__Host-condrix=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert_eq!(answer.ok(StatusCode::CREATED)["name"], "ada");
    let me = plane.send(get("/api/v1/me").by(&cookie)).await.ok(StatusCode::OK);
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("ada"), Some("admin")));
    assert_eq!(me["credential"]["kind"], "login_session");
    let again = json!({"token": token, "name": "eve", "password": PASSWORD});
    assert_eq!(plane.send(post("/api/v1/setup", &again)).await.problem(), ProblemType::SetupTokenRefused);
    let guess = json!({"token": "cxs_guess", "name": "eve", "password": PASSWORD});
    assert_eq!(plane.send(post("/api/v1/setup", &guess)).await.problem(), ProblemType::SetupTokenRefused);
}

#[tokio::test]
async fn a_setup_that_fails_leaves_the_link_whole() {
    let (plane, _) = Plane::with_user().await;
    let token = plane.setup_token().await;
    for (name, password, problem) in [
        ("bob", "short", ProblemType::InvalidBody),
        ("ADA", PASSWORD, ProblemType::Conflict),
        ("", PASSWORD, ProblemType::InvalidBody),
        ("bob\n", PASSWORD, ProblemType::InvalidBody),
    ] {
        let body = json!({"token": token, "name": name, "password": password});
        assert_eq!(plane.send(post("/api/v1/setup", &body)).await.problem(), problem, "{name:?} {password:?}");
    }
    let body = json!({"token": token, "name": "bob", "password": PASSWORD});
    plane.send(post("/api/v1/setup", &body)).await.ok(StatusCode::CREATED);
}

#[tokio::test]
async fn there_is_no_default_user_and_no_default_password() {
    let plane = Plane::new().await;
    for name in ["admin", "root", "condrix", ""] {
        for (number, password) in ["admin", "", "password", PASSWORD].into_iter().enumerate() {
            let body = json!({"name": name, "password": password});
            let from = u8::try_from(10 + number).unwrap();
            let answer = plane.send(post("/api/v1/login", &body).from(from)).await;
            let problem = answer.problem();
            let refused = matches!(problem, ProblemType::BadCredentials | ProblemType::TooManyRequests);
            assert!(refused, "{name} {password}: {problem:?}");
        }
    }
}

#[tokio::test]
async fn logging_out_ends_the_login_at_once_and_clears_the_cookie() {
    let (plane, _) = Plane::with_user().await;
    let body = json!({"name": "ada", "password": PASSWORD});
    let answer = plane.send(post("/api/v1/login", &body)).await;
    let cookie = cookie_of(&answer.headers);
    answer.ok(StatusCode::OK);
    let stream = plane.app.auth.authenticate(&cookie).unwrap().unwrap();
    let answer = plane.send(ask(Method::POST, "/api/v1/logout").by(&cookie)).await;
    assert!(answer.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    answer.ok(StatusCode::NO_CONTENT);
    assert!(!stream.is_live());
    assert!(plane.app.auth.authenticate(&cookie).is_err());
}

#[tokio::test]
async fn a_wrong_password_is_told_when_to_try_again() {
    let (plane, _) = Plane::with_user().await;
    let wrong = json!({"name": "ada", "password": "wrong password"});
    let answer = plane.send(post("/api/v1/login", &wrong).from(66)).await;
    assert_eq!(answer.headers.get(WWW_AUTHENTICATE).unwrap(), "Bearer");
    assert_eq!(answer.problem(), ProblemType::BadCredentials);
    let answer = plane.send(post("/api/v1/login", &wrong).from(66)).await;
    let seconds: u64 = answer.headers.get(RETRY_AFTER).unwrap().to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.problem(), ProblemType::TooManyRequests);
}

#[tokio::test]
async fn ones_logins_are_listed_and_ended_and_nobody_elses() {
    let (plane, ada) = Plane::with_user().await;
    let bob = plane.set_up("bob").await;
    let list = plane.send(get("/api/v1/login-sessions").by(&bob)).await.ok(StatusCode::OK);
    let sessions = list["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 1, "only one's own");
    assert_eq!((sessions[0]["current"].as_bool(), sessions[0]["address"].as_str()), (Some(true), Some("192.0.2.1")));
    let path = format!("/api/v1/login-sessions/{}", sessions[0]["id"].as_str().unwrap());
    assert_eq!(plane.send(ask(Method::DELETE, &path).by(&ada)).await.problem(), ProblemType::NotFound);
    plane.send(get("/api/v1/me").by(&bob)).await.ok(StatusCode::OK);
    plane.send(ask(Method::DELETE, &path).by(&bob)).await.ok(StatusCode::NO_CONTENT);
    assert_eq!(plane.send(get("/api/v1/me").by(&bob)).await.problem(), ProblemType::Unauthenticated);
}

#[tokio::test]
async fn an_api_token_is_exchanged_for_access_tokens_until_it_is_deleted() {
    let (plane, cookie) = Plane::with_user().await;
    let created = plane.send(post("/api/v1/tokens", &json!({"name": "ci"})).by(&cookie)).await.ok(StatusCode::CREATED);
    let api_token = created["token"].as_str().unwrap();
    assert!(api_token.starts_with("cxt_"));
    let in_body = plane.send(post("/api/v1/token", &json!({"api_token": api_token}))).await.ok(StatusCode::OK);
    assert_eq!((in_body["token_type"].as_str(), in_body["expires_in"].as_u64()), (Some("Bearer"), Some(300)));
    let in_header = plane.send(ask(Method::POST, "/api/v1/token").by(&bearer(api_token))).await.ok(StatusCode::OK);
    let access = bearer(in_header["access_token"].as_str().unwrap());
    let me = plane.send(get("/api/v1/me").by(&access)).await.ok(StatusCode::OK);
    assert_eq!(me["credential"]["kind"], "api_token");
    let both = post("/api/v1/token", &json!({"api_token": api_token})).by(&bearer(api_token));
    assert_eq!(plane.send(both).await.problem(), ProblemType::InvalidBody);
    let list = plane.send(get("/api/v1/tokens").by(&access)).await.ok(StatusCode::OK);
    assert!(!list.to_string().contains(api_token), "a secret is shown once");
    assert!(list["items"][0]["last_used_at"].is_string());
    let path = format!("/api/v1/tokens/{}", created["id"].as_str().unwrap());
    plane.send(ask(Method::DELETE, &path).by(&cookie)).await.ok(StatusCode::NO_CONTENT);
    assert_eq!(plane.send(get("/api/v1/me").by(&access)).await.problem(), ProblemType::Unauthenticated);
    let gone = plane.send(post("/api/v1/token", &json!({"api_token": api_token}))).await;
    assert_eq!(gone.problem(), ProblemType::BadCredentials);
}

#[tokio::test]
async fn an_api_token_is_no_login_that_could_be_logged_out() {
    let (plane, cookie) = Plane::with_user().await;
    let created = plane.send(post("/api/v1/tokens", &json!({"name": "ci"})).by(&cookie)).await.ok(StatusCode::CREATED);
    let exchanged = post("/api/v1/token", &json!({"api_token": created["token"]}));
    let exchanged = plane.send(exchanged).await.ok(StatusCode::OK);
    let access = bearer(exchanged["access_token"].as_str().unwrap());
    assert_eq!(plane.send(ask(Method::POST, "/api/v1/logout").by(&access)).await.problem(), ProblemType::Conflict);
    plane.send(get("/api/v1/me").by(&access)).await.ok(StatusCode::OK);
}

#[tokio::test]
async fn no_secret_of_a_person_is_in_the_registry() {
    let (plane, cookie) = Plane::with_user().await;
    let created = plane.send(post("/api/v1/tokens", &json!({"name": "ci"})).by(&cookie)).await.ok(StatusCode::CREATED);
    let setup_token = plane.setup_token().await;
    let pairing = plane.send(post("/api/v1/pairing-tokens", &json!({})).by(&cookie)).await.ok(StatusCode::CREATED);
    let pairing: PairingToken = pairing["token"].as_str().unwrap().parse().unwrap();
    plane.app.registry.close().await;
    let cookie = cookie[COOKIE].to_str().unwrap().split_once('=').unwrap().1;
    let secrets = [PASSWORD, cookie, created["token"].as_str().unwrap(), &setup_token, pairing.secret.expose_secret()];
    for file in std::fs::read_dir(plane.app.data_dir.path()).unwrap() {
        let path = file.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds {secret}", path.display());
        }
    }
}

#[tokio::test]
async fn a_login_that_ends_while_a_body_is_on_its_way_makes_nothing_by_it() {
    let (plane, cookie) = Plane::with_user().await;
    let principal = plane.app.auth.authenticate(&cookie).unwrap().unwrap();
    let Credential::LoginSession(login) = principal.credential else { unreachable!("it came by a cookie") };
    for path in ["/api/v1/tokens", "/api/v1/pairing-tokens"] {
        let (app, user) = (Arc::clone(&plane.app), principal.user);
        // The rest of the body comes when the login has ended.
        let rest = stream::once(async move {
            app.auth.end_session(login, user, &Actor::User(user)).await.unwrap();
            Ok::<_, Infallible>(Bytes::from_static(b"\"kept\"}"))
        });
        let first = stream::iter([Ok(Bytes::from_static(b"{\"name\":"))]);
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/json");
        request = request.extension(Caller {
            principal: Some(principal.clone()),
            peer: IpAddr::from([192, 0, 2, 1]),
            request_id: RequestId::new(),
        });
        let request = request.body(Body::from_stream(first.chain(rest))).unwrap();
        let answer = Answer::of(plane.router.clone().oneshot(request).await.unwrap()).await;
        assert_eq!(answer.problem(), ProblemType::Unauthenticated, "{path}");
    }
    assert!(plane.app.auth.api_tokens(principal.user).is_empty());
    let mut reader = plane.app.registry.reader().await.unwrap();
    let waiting = registry::pairing_tokens::waiting(&mut reader, OffsetDateTime::now_utc()).await.unwrap();
    assert!(waiting.is_empty());
}
