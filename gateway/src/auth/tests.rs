//! Authentication from end to end: real registry, real keys, a clock that is passed in.

use super::*;
use crate::registry::tests::registry;
use crate::registry::users::Warrant;
use crate::registry::{Actor, DataDir, Keys};
use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE as COOKIE_HEADER};
use protocol::ids::{LoginSessionId, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

mod forged;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn visitor(last: u8) -> Visitor {
    Visitor { address: IpAddr::from([192, 0, 2, last]), user_agent: "test".to_owned() }
}

/// Authentication with one user, and the folder that it lives in.
struct House {
    folder: TempDir,
    registry: Registry,
    auth: Auth,
    user: UserId,
    now: OffsetDateTime,
}

impl House {
    async fn new() -> Self {
        let (folder, registry) = registry().await;
        let auth = Self::load(&folder, &registry, OffsetDateTime::now_utc()).await;
        let now = OffsetDateTime::now_utc();
        let name = "ada".parse().unwrap();
        let password = auth.hash_password(secret(PASSWORD)).await.unwrap();
        let user = auth.create_user(Warrant::CommandLine, &name, &password, &Actor::CommandLine, now).await.unwrap();
        Self { folder, registry, auth, user: user.id, now }
    }

    async fn load(folder: &TempDir, registry: &Registry, now: OffsetDateTime) -> Auth {
        let keys = Keys::open(&DataDir::open(folder.path()).unwrap(), registry, SystemTime::now()).await.unwrap();
        Auth::load(registry.clone(), keys.tokens, &Config::default(), now).await.unwrap()
    }

    async fn log_in(&self) -> (HeaderMap, NewLogin) {
        let login = self.auth.log_in("ada", secret(PASSWORD), visitor(1), self.now).await.unwrap();
        (with_cookie(&login.secret), login)
    }

    /// The user, by a credential that lasts.
    fn anybody(&self) -> Principal {
        let (credential, kill) = (Credential::LoginSession(LoginSessionId::new()), CancellationToken::new());
        Principal { user: self.user, name: "ada".to_owned(), credential, by_cookie: true, kill }
    }

    async fn api_token(&self) -> (ApiToken, HeaderMap) {
        let (token, api_secret) = self.auth.create_api_token(&self.anybody(), "ci", self.now).await.unwrap();
        (token, with_bearer(self.auth.exchange(&api_secret, self.now).unwrap().token.expose_secret()))
    }

    fn who(&self, headers: &HeaderMap) -> Result<Principal, AuthError> {
        self.auth.authenticate_at(headers, self.now).map(|principal| principal.expect("a credential was shown"))
    }
}

fn with_cookie(secret: &SecretString) -> HeaderMap {
    let value = format!("{COOKIE}={}", secret.expose_secret());
    HeaderMap::from_iter([(COOKIE_HEADER, HeaderValue::from_str(&value).unwrap())])
}

fn with_bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap())])
}

#[tokio::test]
async fn a_login_is_recognised_by_its_cookie_until_it_ends() {
    let house = House::new().await;
    let (cookie, login) = house.log_in().await;
    let principal = house.who(&cookie).unwrap();
    assert_eq!((principal.user, principal.name.as_str()), (house.user, "ada"));
    assert_eq!(principal.credential, Credential::LoginSession(login.session));
    assert!(principal.by_cookie && principal.is_live());
    assert!(house.auth.end_session(login.session, house.user, &Actor::User(house.user)).await.unwrap());
    assert!(!principal.is_live(), "what was live has been cut");
    assert_eq!(house.who(&cookie).unwrap_err(), AuthError::Invalid);
    assert!(!house.auth.end_session(login.session, house.user, &Actor::User(house.user)).await.unwrap());
}

#[tokio::test]
async fn nothing_is_made_under_a_credential_that_has_ended() {
    let house = House::new().await;
    let (cookie, login) = house.log_in().await;
    let principal = house.who(&cookie).unwrap();
    house.auth.end_session(login.session, house.user, &Actor::Gateway).await.unwrap();
    let made = house.auth.create_api_token(&principal, "ci", house.now).await;
    assert!(matches!(made, Err(CreateApiTokenError::Ended)));
    assert!(house.auth.api_tokens(house.user).is_empty());
}

#[tokio::test]
async fn ending_one_credential_leaves_the_others_alone() {
    let house = House::new().await;
    let (cookie, login) = house.log_in().await;
    let (other_cookie, _) = house.log_in().await;
    let (token, bearer) = house.api_token().await;
    let (ended, other, program) =
        (house.who(&cookie).unwrap(), house.who(&other_cookie).unwrap(), house.who(&bearer).unwrap());
    house.auth.end_session(login.session, house.user, &Actor::Gateway).await.unwrap();
    assert!(!ended.is_live() && other.is_live() && program.is_live());
    house.auth.delete_api_token(token.id, house.user, &Actor::Gateway).await.unwrap();
    assert!(!program.is_live() && other.is_live());
    assert!(house.who(&other_cookie).is_ok());
}

#[tokio::test]
async fn a_request_that_ends_by_itself_ends_nothing_else() {
    let house = House::new().await;
    let (cookie, _) = house.log_in().await;
    let (one, other) = (house.who(&cookie).unwrap(), house.who(&cookie).unwrap());
    one.kill.cancel();
    assert!(other.is_live());
}

#[tokio::test]
async fn a_deleted_api_token_takes_its_access_tokens_along_though_they_are_still_valid() {
    let house = House::new().await;
    let (token, bearer) = house.api_token().await;
    let principal = house.who(&bearer).unwrap();
    assert_eq!(principal.credential, Credential::ApiToken(token.id));
    assert!(!principal.by_cookie);
    house.who(&bearer).expect("from the cache");
    assert!(house.auth.delete_api_token(token.id, house.user, &Actor::Gateway).await.unwrap());
    assert_eq!(house.who(&bearer).unwrap_err(), AuthError::Invalid);
    assert!(!principal.is_live());
}

#[tokio::test]
async fn nobody_ends_another_users_credentials() {
    let house = House::new().await;
    let (cookie, login) = house.log_in().await;
    let (token, bearer) = house.api_token().await;
    let other = UserId::new();
    assert!(!house.auth.end_session(login.session, other, &Actor::User(other)).await.unwrap());
    assert!(!house.auth.delete_api_token(token.id, other, &Actor::User(other)).await.unwrap());
    assert!(house.who(&cookie).is_ok() && house.who(&bearer).is_ok());
}

#[tokio::test]
async fn an_access_token_ends_after_its_minutes_also_out_of_the_cache() {
    let mut house = House::new().await;
    let (_, bearer) = house.api_token().await;
    house.who(&bearer).unwrap();
    house.now += Duration::from_secs(299);
    house.who(&bearer).unwrap();
    house.now += Duration::from_secs(1);
    assert_eq!(house.who(&bearer).unwrap_err(), AuthError::Lapsed);
}

#[tokio::test]
async fn an_api_token_itself_opens_nothing() {
    let house = House::new().await;
    let (_, api_secret) = house.auth.create_api_token(&house.anybody(), "ci", house.now).await.unwrap();
    assert_eq!(house.who(&with_bearer(api_secret.expose_secret())).unwrap_err(), AuthError::Invalid);
    assert_eq!(house.auth.exchange(&secret("cxt_guess"), house.now).unwrap_err(), AuthError::Invalid);
}

#[tokio::test]
async fn a_login_lapses_when_idle_and_after_its_day_and_its_streams_with_it() {
    const HOUR: Duration = Duration::from_hours(1);
    let mut house = House::new().await;
    let (idle_cookie, _) = house.log_in().await;
    let (busy_cookie, _) = house.log_in().await;
    let idle = house.who(&idle_cookie).unwrap();
    for _ in 0..2 {
        house.now += HOUR / 2;
        house.who(&busy_cookie).unwrap();
    }
    assert_eq!(house.who(&idle_cookie).unwrap_err(), AuthError::Lapsed);
    house.auth.lapse(house.now).await.unwrap();
    assert!(!idle.is_live(), "an idle login's streams are cut");
    let busy = house.who(&busy_cookie).unwrap();
    for _ in 0..45 {
        house.now += HOUR / 2;
        house.who(&busy_cookie).unwrap();
    }
    house.auth.lapse(house.now).await.unwrap();
    assert!(busy.is_live());
    house.now += HOUR / 2;
    assert_eq!(house.who(&busy_cookie).unwrap_err(), AuthError::Lapsed, "a day is a day");
    house.auth.lapse(house.now).await.unwrap();
    assert!(!busy.is_live());
    let mut reader = house.registry.reader().await.unwrap();
    assert!(registry::login_sessions::all(&mut reader).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_restart_keeps_live_credentials_and_forgets_lapsed_ones() {
    let house = House::new().await;
    let (cookie, _) = house.log_in().await;
    let (_, api_secret) = house.auth.create_api_token(&house.anybody(), "ci", house.now).await.unwrap();
    let seen_at = house.now + Duration::from_mins(50);
    house.auth.authenticate_at(&cookie, seen_at).unwrap().unwrap();
    house.auth.write_back().await.unwrap();
    let later = house.now + Duration::from_mins(100);
    let restarted = House::load(&house.folder, &house.registry, later).await;
    assert!(restarted.authenticate_at(&cookie, later).unwrap().is_some(), "seen 50 minutes ago");
    assert!(restarted.exchange(&api_secret, later).is_ok());
    let much_later = house.now + Duration::from_hours(20);
    let restarted = House::load(&house.folder, &house.registry, much_later).await;
    assert_eq!(restarted.authenticate_at(&cookie, much_later).unwrap_err(), AuthError::Invalid);
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_are_told_the_same() {
    let house = House::new().await;
    for (name, password) in [("ada", "wrong password"), ("eve", PASSWORD), ("", ""), ("ADA ", PASSWORD)] {
        let from = visitor(u8::try_from(name.len() + password.len()).unwrap());
        let refused = house.auth.log_in(name, secret(password), from, house.now).await;
        assert!(matches!(refused, Err(LogInError::BadCredentials)), "{name} {password}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_owner_gets_in_afterwards() {
    let house = House::new().await;
    house.auth.log_in("ada", secret("wrong password"), visitor(7), house.now).await.unwrap_err();
    let throttled = house.auth.log_in("ada", secret(PASSWORD), visitor(8), house.now).await;
    let Err(LogInError::Throttled(throttled)) = throttled else { panic!("{throttled:?}") };
    let later = house.now + throttled.retry_after;
    house.auth.log_in("ada", secret(PASSWORD), visitor(8), later).await.unwrap();
}

#[tokio::test]
async fn a_setup_token_makes_a_user_who_is_logged_in() {
    let house = House::new().await;
    let day = Duration::from_hours(24);
    let token = registry::setup_tokens::issue(
        &house.registry,
        registry::setup_tokens::For::Anybody,
        day,
        &Actor::CommandLine,
        house.now,
    )
    .await
    .unwrap();
    let name = "bob".parse().unwrap();
    let weak = house.auth.set_up(&token, &name, secret("short"), visitor(1), house.now).await;
    assert!(matches!(weak, Err(SetUpError::Weak(WeakPassword::TooShort))));
    let login = house.auth.set_up(&token, &name, secret(PASSWORD), visitor(1), house.now).await.unwrap();
    assert_eq!(house.who(&with_cookie(&login.secret)).unwrap().name, "bob");
    let again = house.auth.set_up(&token, &"eve".parse().unwrap(), secret(PASSWORD), visitor(1), house.now).await;
    assert!(matches!(again, Err(SetUpError::Token)));
    house.auth.log_in("BOB", secret(PASSWORD), visitor(1), house.now).await.expect("names know no case");
}

#[tokio::test]
async fn a_users_logins_and_api_tokens_are_bounded() {
    let house = House::new().await;
    let (first_cookie, _) = house.log_in().await;
    for _ in 0..50 {
        house.auth.begin_session(house.user, &visitor(1), house.now).await.unwrap();
    }
    assert_eq!(house.auth.login_sessions(house.user).len(), 50);
    assert_eq!(house.who(&first_cookie).unwrap_err(), AuthError::Invalid, "the oldest gave way");
    for _ in 0..100 {
        house.auth.create_api_token(&house.anybody(), "ci", house.now).await.unwrap();
    }
    let one_more = house.auth.create_api_token(&house.anybody(), "ci", house.now).await;
    assert!(matches!(one_more, Err(CreateApiTokenError::TooMany)));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_authenticates_once_the_end_of_its_login_is_acknowledged() {
    let house = House::new().await;
    let (now, user) = (house.now, house.user);
    let auth = Arc::new(house.auth);
    for _ in 0..50 {
        let login = auth.begin_session(user, &visitor(1), now).await.unwrap();
        let cookie = with_cookie(&login.secret);
        let stop = CancellationToken::new();
        let requests: Vec<_> = (0..3)
            .map(|_| {
                let (auth, cookie, stop) = (Arc::clone(&auth), cookie.clone(), stop.clone());
                tokio::spawn(async move {
                    let mut let_in = Vec::new();
                    while !stop.is_cancelled() {
                        if let Ok(Some(principal)) = auth.authenticate_at(&cookie, now) {
                            let_in.push(principal);
                        }
                        tokio::task::yield_now().await;
                    }
                    let_in
                })
            })
            .collect();
        auth.end_session(login.session, user, &Actor::Gateway).await.unwrap();
        assert!(auth.authenticate_at(&cookie, now).is_err());
        stop.cancel();
        for request in requests {
            assert!(request.await.unwrap().iter().all(|principal| !principal.is_live()), "a request survived");
        }
    }
}

#[tokio::test]
async fn when_the_registry_is_locked_nobody_waits_for_all_the_others() {
    let house = House::new().await;
    let (cookie, login) = house.log_in().await;
    let file = SqliteConnectOptions::new().filename(house.folder.path().join("registry.db"));
    let mut other = file.connect().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let began = std::time::Instant::now();
    let by = house.anybody();
    let asked = (0..5).map(|_| house.auth.create_api_token(&by, "ci", house.now));
    let refused = futures::future::join_all(asked).await;
    for refused in refused {
        let Err(CreateApiTokenError::Registry(reason)) = refused else { panic!("it was made: {refused:?}") };
        assert!(matches!(reason, RegistryError::Unavailable(_) | RegistryError::Crowded), "{reason}");
    }
    // One waits for the file and the others for that one. After each other, five would take five times as long.
    assert!(began.elapsed() < 4 * PATIENCE, "{:?}", began.elapsed());
    assert!(house.auth.api_tokens(house.user).is_empty());
    // Time passes all the same.
    house.auth.lapse(house.now + Duration::from_hours(24)).await.expect_err("the row has to stay for now");
    assert_eq!(house.who(&cookie).unwrap_err(), AuthError::Invalid);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    house.auth.create_api_token(&by, "ci", house.now).await.unwrap();
    assert!(house.auth.login_sessions(house.user).iter().all(|session| session.id != login.session));
}
