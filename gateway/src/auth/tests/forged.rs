//! Access tokens that this gateway did not make, or not like this.

use super::*;
use crate::registry::{TokenKeys, key_id};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use protocol::ids::ApiTokenId;
use protocol::keys::SigningKey;
use ring::signature::Ed25519KeyPair;
use serde_json::{Map, Value, json};

struct Forge {
    key: SigningKey,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sign(key: &SigningKey, signed: &str) -> String {
    let pair = Ed25519KeyPair::from_pkcs8(key.to_pkcs8()).unwrap();
    format!("{signed}.{}", base64(pair.sign(signed.as_bytes())))
}

impl Forge {
    fn token(&self) -> String {
        self.sign_texts(&Value::from(self.header.clone()).to_string(), &Value::from(self.claims.clone()).to_string())
    }

    fn sign_texts(&self, header: &str, claims: &str) -> String {
        sign(&self.key, &format!("{}.{}", base64(header), base64(claims)))
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header.insert(name.to_owned(), value);
        Self { key: SigningKey::from_pkcs8(self.key.to_pkcs8().to_vec()).unwrap(), header, claims: self.claims.clone() }
            .token()
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims.insert(name.to_owned(), value);
        Self { key: SigningKey::from_pkcs8(self.key.to_pkcs8().to_vec()).unwrap(), header: self.header.clone(), claims }
            .token()
    }

    fn without(&self, part: &str, name: &str) -> String {
        let (mut header, mut claims) = (self.header.clone(), self.claims.clone());
        let removed = if part == "header" { header.remove(name) } else { claims.remove(name) };
        assert!(removed.is_some());
        Self { key: SigningKey::from_pkcs8(self.key.to_pkcs8().to_vec()).unwrap(), header, claims }.token()
    }
}

/// A house whose signing key is known here, and a forge that makes exactly what the house would.
async fn house() -> (House, Forge, ApiTokenId) {
    let mut house = House::new().await;
    let key = SigningKey::generate();
    let keys = TokenKeys { current: SigningKey::from_pkcs8(key.to_pkcs8().to_vec()).unwrap(), previous: None };
    house.auth = Auth::load(house.registry.clone(), keys, &Config::default(), house.now).await.unwrap();
    let (token, _) = house.auth.create_api_token(&house.anybody(), "ci", house.now).await.unwrap();
    let origin = Config::default().public_url.origin().to_owned();
    let now = house.now.unix_timestamp();
    let object = |value: Value| value.as_object().unwrap().clone();
    let header = object(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key_id(&key.public())}));
    let claims = object(json!({
        "iss": origin, "aud": origin, "sub": house.user, "sid": token.id,
        "exp": now + 300, "nbf": now, "iat": now, "jti": uuid::Uuid::new_v4(),
    }));
    (house, Forge { key, header, claims }, token.id)
}

#[tokio::test]
async fn a_token_made_exactly_like_ours_is_accepted() {
    let (house, forge, token) = house().await;
    let principal = house.who(&with_bearer(&forge.token())).expect("the forge's model is right");
    assert_eq!(principal.credential, Credential::ApiToken(token));
}

/// What was changed, and the token that came of it.
type Forgeries = Vec<(String, String)>;

fn forged_headers(forge: &Forge) -> Forgeries {
    let mut all = Forgeries::new();
    let mut add = |what: &str, token: String| all.push((what.to_owned(), token));
    let claims = base64(Value::from(forge.claims.clone()).to_string());

    // The algorithm.
    for alg in ["none", "None", "NONE", "HS256", "HS512", "RS256", "ES256", "PS256", "Ed25519", "eddsa", "EDDSA", ""] {
        add(&format!("alg {alg}"), forge.with_header("alg", json!(alg)));
        let unsigned = base64(json!({"typ": "at+jwt", "alg": alg, "kid": forge.header["kid"]}).to_string());
        add(&format!("alg {alg} without signature"), format!("{unsigned}.{claims}."));
    }
    add("no alg", forge.without("header", "alg"));
    let hmac_header = base64(json!({"typ": "at+jwt", "alg": "HS256", "kid": forge.header["kid"]}).to_string());
    let hmac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, forge.key.public().as_bytes());
    let tag = ring::hmac::sign(&hmac, format!("{hmac_header}.{claims}").as_bytes());
    add("HMAC with the public key", format!("{hmac_header}.{claims}.{}", base64(tag)));

    // The header.
    for typ in ["JWT", "jwt", "at+JWT", "application/at+jwt", "condrix-link-core+jwt", ""] {
        add(&format!("typ {typ}"), forge.with_header("typ", json!(typ)));
    }
    add("no typ", forge.without("header", "typ"));
    add("no kid", forge.without("header", "kid"));
    for kid in ["", "0", "../identity.key", "' OR 1=1 --"] {
        add(&format!("kid {kid}"), forge.with_header("kid", json!(kid)));
    }
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": forge.key.public().to_string()});
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["AAAA"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("nonce", json!("x")),
        ("url", json!("https://evil.example")),
        ("unheard-of", json!(1)),
    ] {
        add(&format!("header {name}"), forge.with_header(name, value));
    }
    all
}

fn forged_claims(forge: &Forge, now: i64) -> Forgeries {
    let mut all = Forgeries::new();
    let mut add = |what: &str, token: String| all.push((what.to_owned(), token));
    for name in ["iss", "aud", "sub", "sid", "exp", "nbf", "iat", "jti"] {
        add(&format!("no {name}"), forge.without("claims", name));
        add(&format!("{name} null"), forge.with_claim(name, Value::Null));
        add(&format!("{name} as a list"), forge.with_claim(name, json!([forge.claims[name]])));
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("https://localhost:8443/")),
        ("aud", json!("https://evil.example")),
        ("aud", json!(["https://localhost:8443", "https://evil.example"])),
        ("sub", json!(UserId::new())),
        ("sub", json!("")),
        ("sid", json!(ApiTokenId::new())),
        ("sid", json!("")),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("nbf", json!(now + 6)),
        ("nbf", json!(now + 100_000)),
        ("iat", json!(now + 6)),
        ("iat", json!(now + 400)),
        ("jti", json!("not an id")),
        ("admin", json!(true)),
    ] {
        add(&format!("{name} {value}"), forge.with_claim(name, value));
    }
    let text = Value::from(forge.claims.clone()).to_string();
    let header_text = Value::from(forge.header.clone()).to_string();
    let twice = text.replacen('{', &format!("{{\"sub\":\"{}\",", UserId::new()), 1);
    add("sub twice", forge.sign_texts(&header_text, &twice));
    add("alg twice", forge.sign_texts(&header_text.replacen('{', "{\"alg\":\"none\",", 1), &text));
    add("claims that are no object", forge.sign_texts(&header_text, "[]"));
    add("claims that are no JSON", forge.sign_texts(&header_text, "x"));
    add("empty claims", forge.sign_texts(&header_text, "{}"));
    all
}

fn forged_forms(forge: &Forge) -> Forgeries {
    let mut all = Forgeries::new();
    let mut add = |what: &str, token: String| all.push((what.to_owned(), token));
    let genuine = forge.token();
    let parts: Vec<&str> = genuine.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let stranger = SigningKey::generate();
    add("another key", sign(&stranger, &format!("{header}.{claims}")));
    let own_kid = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key_id(&stranger.public())}).to_string();
    add("another key under its own kid", sign(&stranger, &format!("{}.{claims}", base64(own_kid))));
    let other_claims = base64(Value::from(forge.claims.clone()).to_string().replace("\"exp\":", "\"exp\":1"));
    add("claims exchanged", format!("{header}.{other_claims}.{signature}"));
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[10] ^= 1;
    add("one bit of the signature", format!("{header}.{claims}.{}", base64(&flipped)));
    add("signature of zeros", format!("{header}.{claims}.{}", base64([0; 64])));
    add("signature cut", format!("{header}.{claims}.{}", &signature[..40]));
    add("signature doubled", format!("{header}.{claims}.{signature}{signature}"));
    add("no signature", format!("{header}.{claims}."));
    add("two parts", format!("{header}.{claims}"));
    add("four parts", format!("{genuine}.{signature}"));
    add("five parts, as if encrypted", format!("{header}.{claims}.{signature}.a.b"));
    add("empty parts", "..".to_owned());
    add("padded", format!("{genuine}="));
    let standard = STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).unwrap()).trim_end_matches('=').to_owned();
    if standard != signature {
        add("standard base64", format!("{header}.{claims}.{standard}"));
    }
    add("a dot in front", format!(".{genuine}"));
    add("a longer one", format!("{genuine}{}", "A".repeat(3000)));
    all
}

#[tokio::test]
async fn every_forged_token_is_refused() {
    let (house, forge, _) = house().await;
    let claims = forged_claims(&forge, house.now.unix_timestamp());
    let forgeries = [forged_headers(&forge), claims, forged_forms(&forge)].concat();
    assert!(forgeries.len() >= 100, "{}", forgeries.len());
    for (what, token) in forgeries {
        let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}")) else { continue };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        let decided = house.auth.authenticate_at(&headers, house.now);
        assert!(decided.is_err(), "{what} was accepted: {token}");
    }
    house.who(&with_bearer(&forge.token())).expect("the forge's model is still right");
}

#[tokio::test]
async fn a_token_of_the_previous_key_holds_and_one_of_a_third_does_not() {
    let (mut house, forge, _) = house().await;
    let keys = TokenKeys { current: SigningKey::generate(), previous: Some(forge.key.public()) };
    house.auth = Auth::load(house.registry.clone(), keys, &Config::default(), house.now).await.unwrap();
    house.who(&with_bearer(&forge.token())).unwrap();
    let keys = TokenKeys { current: SigningKey::generate(), previous: Some(SigningKey::generate().public()) };
    house.auth = Auth::load(house.registry.clone(), keys, &Config::default(), house.now).await.unwrap();
    assert_eq!(house.who(&with_bearer(&forge.token())).unwrap_err(), AuthError::Invalid);
}
