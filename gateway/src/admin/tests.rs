//! Orders over a real socket, and without a gateway.

use super::*;
use crate::app::App;
use crate::config::Config;
use crate::registry::{self, setup_tokens, users};
use protocol::keys::SigningKey;
use protocol::pairing::PairingToken;
use protocol::secret::SecretHash;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// A gateway's admin socket, served until this is dropped.
struct Office {
    _folder: TempDir,
    app: Arc<App>,
    socket: PathBuf,
    _shutdown: DropGuard,
}

async fn app() -> (TempDir, Arc<App>) {
    let folder = registry::tests::folder();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    (folder, Arc::new(App::open(config).await.unwrap()))
}

impl Office {
    async fn open() -> Self {
        let (folder, app) = app().await;
        let (socket, shutdown) = (app.data_dir.admin_socket(), CancellationToken::new());
        let served = serve(bind(&socket).unwrap(), Arc::clone(&app), TaskTracker::new(), shutdown.clone());
        tokio::spawn(served);
        Self { _folder: folder, app, socket, _shutdown: shutdown.drop_guard() }
    }

    async fn order(&self, order: Order) -> Answer {
        ask(&self.socket, &order).await.unwrap()
    }

    async fn pair(&self, name: &str) {
        let order = Order::PairCore { name: Some(name.to_owned()), labels: BTreeMap::new() };
        let Answer::PairingToken { token, .. } = self.order(order).await else { panic!("no pairing token") };
        let token: PairingToken = token.parse().unwrap();
        assert_eq!(token.fingerprint, self.app.certificates.fingerprint());
        let (key, here) = (SigningKey::generate().public(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (secret, now) = (SecretHash::of(&token.secret), OffsetDateTime::now_utc());
        let core = registry::pairing_tokens::redeem(&self.app.registry, &secret, key, "host", here, now).await.unwrap();
        self.app.fleet.admit(&core, protocol::claude::ClaudeState::default());
    }
}

#[tokio::test]
async fn a_core_is_paired_listed_revoked_and_restored_through_the_socket() {
    let office = Office::open().await;
    office.pair("build").await;
    let Answer::Cores { cores } = office.order(Order::ListCores).await else { panic!("no list") };
    assert_eq!((cores.len(), cores[0].name.as_str(), cores[0].revoked_at), (1, "build", None));
    let revoke = Order::RevokeCore { core: "build".to_owned(), sign_out: false };
    let Answer::Revoked { receipt } = office.order(revoke).await else { panic!("not revoked") };
    assert_eq!((receipt.core, receipt.epoch), (cores[0].id, 2));
    let member = office.app.fleet.member(receipt.core).unwrap();
    assert!(
        member.enter(protocol::link::Class::Interactive).is_err_and(|why| why == crate::fleet::NotEntered::Revoked)
    );
    let restore = Order::RestoreCore { core: receipt.core.to_string() };
    let Answer::Restored { epoch, .. } = office.order(restore).await else { panic!("not restored") };
    assert_eq!(epoch, 3);
    let mut reader = office.app.registry.reader().await.unwrap();
    assert_eq!(registry::events(&mut reader).await[0].actor, "command-line");
}

#[tokio::test]
async fn a_user_added_through_the_socket_can_log_in_at_once() {
    let office = Office::open().await;
    let password = "correct horse battery".to_owned();
    let add = || Order::AddUser { name: "ada".to_owned(), password: password.clone() };
    assert!(matches!(office.order(add()).await, Answer::UserAdded { name, .. } if name == "ada"));
    assert!(matches!(office.order(add()).await, Answer::Refused { .. }), "the name is taken");
    let visitor = crate::auth::Visitor { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: String::new() };
    let now = OffsetDateTime::now_utc();
    office.app.auth.log_in("ada", password.clone().into(), visitor, now).await.unwrap();
    assert!(!format!("{:?}", add()).contains(&password));
}

#[tokio::test]
async fn a_setup_link_holds_a_valid_token_in_its_fragment_and_the_first_one_is_only_for_the_first() {
    let office = Office::open().await;
    let Answer::SetupLink { link, .. } = office.order(Order::IssueSetupLink { first: true }).await else {
        panic!("no link")
    };
    let token = link.strip_prefix("https://localhost:8443/setup#token=").unwrap();
    let (hash, now) = (SecretHash::of_bytes(token.as_bytes()), OffsetDateTime::now_utc());
    let mut reader = office.app.registry.reader().await.unwrap();
    assert!(setup_tokens::is_valid(&mut reader, &hash, now).await.unwrap());
    assert!(!users::exist(&mut reader).await.unwrap());
    let password = "correct horse battery".to_owned();
    office.order(Order::AddUser { name: "ada".to_owned(), password }).await;
    assert!(matches!(office.order(Order::IssueSetupLink { first: true }).await, Answer::Refused { .. }));
    assert!(matches!(office.order(Order::IssueSetupLink { first: false }).await, Answer::SetupLink { .. }));
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_reason() {
    let office = Office::open().await;
    for (order, reason) in [
        (Order::RevokeCore { core: "nobody".to_owned(), sign_out: true }, "no Core called nobody"),
        (Order::RestoreCore { core: "nobody".to_owned() }, "no Core called nobody"),
        (Order::PairCore { name: Some("a b".to_owned()), labels: BTreeMap::new() }, "Core's name"),
        (Order::AddUser { name: "ada".to_owned(), password: "short".to_owned() }, "12 characters"),
    ] {
        let Answer::Refused { reason: said } = office.order(order).await else { panic!("{reason}") };
        assert!(said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn only_the_owner_may_open_the_socket() {
    let office = Office::open().await;
    assert_eq!(std::fs::metadata(&office.socket).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn nonsense_on_the_socket_is_refused_and_harms_nobody() {
    let office = Office::open().await;
    for nonsense in
        [&b"{}\n"[..], b"\xff\xff\n", b"{\"order\":\"revoke_core\",\"core\":\"x\"}\n", &[b'x'; 16_000].repeat(5)]
    {
        let mut stream = UnixStream::connect(&office.socket).await.unwrap();
        // The gateway may hang up before it has read all of it.
        drop(stream.write_all(nonsense).await);
        drop(stream.shutdown().await);
        let mut said = Vec::new();
        drop(stream.read_to_end(&mut said).await);
        let refused = said.is_empty() || matches!(serde_json::from_slice(&said), Ok(Answer::Refused { .. }));
        assert!(refused, "{}", String::from_utf8_lossy(&said));
    }
    assert!(matches!(office.order(Order::ListCores).await, Answer::Cores { .. }));
}

#[tokio::test]
async fn without_a_gateway_the_socket_says_so_also_when_a_dead_one_left_it_behind() {
    let (_folder, app) = app().await;
    let socket = app.data_dir.admin_socket();
    assert!(matches!(ask(&socket, &Order::ListCores).await, Err(AskError::NotRunning)));
    drop(bind(&socket).unwrap());
    assert!(matches!(ask(&socket, &Order::ListCores).await, Err(AskError::NotRunning)));
    drop(bind(&socket).expect("a new gateway takes the dead one's place"));
    assert!(matches!(execute(&app, Order::ListCores).await, Ok(Answer::Cores { .. })), "the same order without it");
}
