//! Credentials that are not what they look like. The whole matrix of forged tokens is tested where they are read; here a
//! few of each kind go all the way.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use condrix_tests::rig::{Answer, Client, Credentials, Gateway, read};
use reqwest::Method;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// A token taken apart.
#[derive(Clone)]
struct Token {
    header: Value,
    claims: Value,
    text: String,
}

impl Token {
    fn of(client: &Client) -> Self {
        let Credentials::Bearer(text) = client.credentials() else { unreachable!("a program has a token") };
        let parts: Vec<&str> = text.split('.').collect();
        let read = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("a token is base64url");
            serde_json::from_slice(&bytes).expect("of JSON")
        };
        Self { header: read(parts[0]), claims: read(parts[1]), text: text.clone() }
    }

    fn sign(&self, key: &Ed25519KeyPair) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn with(&self, claim: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        changed.claims[claim] = value.into();
        changed
    }

    fn under(&self, field: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        changed.header[field] = value.into();
        changed
    }
}

fn key_of(gateway: &Gateway, file: &str) -> Ed25519KeyPair {
    let bytes = std::fs::read(gateway.data().join(file)).expect("the gateway keeps its keys in files");
    Ed25519KeyPair::from_pkcs8(&bytes).expect("as PKCS#8")
}

async fn present(gateway: &Gateway, token: &str) -> Answer {
    gateway.client().with(Credentials::Bearer(token.to_owned())).get("/api/v1/me").await
}

#[tokio::test]
async fn a_token_that_was_altered_or_has_lapsed_is_refused() {
    let gateway = Gateway::start().await;
    let other = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let genuine = Token::of(&ada.as_program("a program").await);
    let elsewhere = Token::of(&other.add_user("ada").await.as_program("a program").await);
    let (key, identity) = (key_of(&gateway, "access-token.key"), key_of(&gateway, "identity.key"));
    let own = Ed25519KeyPair::from_pkcs8(protocol::keys::SigningKey::generate().to_pkcs8()).expect("a key");
    // What is signed as it should be is let in: the rest is refused for what was changed.
    assert_eq!(present(&gateway, &genuine.with("jti", uuid::Uuid::new_v4().to_string()).sign(&key)).await.status, 200);

    let now = genuine.claims["iat"].as_i64().expect("a time");
    let stripped = genuine.text.rsplit_once('.').expect("three parts").0.to_owned();
    for (name, token) in [
        ("lapsed", genuine.with("exp", now - 1).with("iat", now - 300).sign(&key)),
        ("not yet valid", genuine.with("nbf", now + 3_600).sign(&key)),
        ("of a token that is gone", genuine.with("sid", uuid::Uuid::now_v7().to_string()).sign(&key)),
        ("of another user", genuine.with("sub", uuid::Uuid::now_v7().to_string()).sign(&key)),
        ("of another issuer", genuine.with("iss", "https://evil.example").sign(&key)),
        ("for another audience", genuine.with("aud", "https://evil.example").sign(&key)),
        ("without a lapse", genuine.with("exp", Value::Null).sign(&key)),
        ("of another type", genuine.under("typ", "JWT").sign(&key)),
        ("with an algorithm of none", genuine.under("alg", "none").sign(&key)),
        ("with a symmetric algorithm", genuine.under("alg", "HS256").sign(&key)),
        ("with a key of its own", genuine.under("jwk", json!({ "kty": "OKP" })).sign(&own)),
        ("with a key from elsewhere", genuine.under("jku", "https://evil.example/keys").sign(&own)),
        ("signed by a stranger", genuine.sign(&own)),
        ("signed by a stranger under their own name", genuine.under("kid", "stranger").sign(&own)),
        ("signed by the key of links", genuine.sign(&identity)),
        ("of another gateway", elsewhere.text.clone()),
        ("of another gateway, about this one", elsewhere.with("iss", genuine.claims["iss"].clone()).sign(&own)),
        ("without its signature", format!("{stripped}.")),
        ("in two parts", stripped),
        ("in four parts", format!("{}.x", genuine.text)),
        ("in capitals", genuine.text.to_uppercase()),
        ("twice", format!("{0}{0}", genuine.text)),
        ("a word", "token".to_owned()),
        ("large", "a".repeat(16_000)),
        ("the key itself", URL_SAFE_NO_PAD.encode(key.public_key())),
    ] {
        let answer = present(&gateway, &token).await;
        assert_eq!((answer.status, answer.problem().as_deref()), (401, Some("unauthenticated")), "{name}");
        assert!(answer.json()["name"].is_null(), "{name}: {}", answer.text);
    }
    assert_eq!(present(&gateway, &genuine.text).await.status, 200);
}

#[tokio::test]
async fn credentials_in_another_form_are_refused() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let Credentials::Cookie(cookie) = ada.credentials().clone() else { unreachable!("she is in a browser") };
    let token = Token::of(&ada.as_program("a program").await).text;
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = gateway.client().request(Method::GET, "/api/v1/me");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request).await
    };
    let (name, secret) = cookie.split_once('=').expect("a cookie has a value");
    let bearer = format!("Bearer {token}");
    assert_eq!(ask(&[("cookie", &cookie)]).await.status, 200);
    assert_eq!(ask(&[("authorization", &bearer)]).await.status, 200);
    let flipped = if secret.starts_with('A') { secret.replacen('A', "B", 1) } else { format!("A{}", &secret[1..]) };
    for headers in [
        &[("cookie", format!("{name}={flipped}"))][..],
        &[("cookie", format!("{name}="))],
        &[("cookie", format!("{name}={secret}x"))],
        &[("cookie", format!("{name}={}", &secret[1..]))],
        &[("cookie", format!("condrix={secret}"))],
        &[("cookie", format!("{}={secret}", name.to_uppercase()))],
        &[("cookie", format!("{cookie}; {cookie}"))],
        &[("cookie", cookie.clone()), ("cookie", cookie.clone())],
        &[("authorization", format!("Basic {token}"))],
        &[("authorization", token.clone())],
        &[("authorization", format!("Bearer {secret}"))],
        &[("authorization", bearer.clone()), ("authorization", bearer.clone())],
        // Whoever shows two is judged by the one that a browser would not add by itself.
        &[("cookie", cookie.clone()), ("authorization", "Bearer x".to_owned())],
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ask(&headers).await.expect_problem(401, "unauthenticated");
    }
    for path in [format!("/api/v1/me?access_token={token}"), format!("/api/v1/me?token={secret}")] {
        gateway.client().get(&path).await.expect_problem(401, "unauthenticated");
    }
}
