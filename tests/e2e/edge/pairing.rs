//! A token that a thousand agents have copied.

use condrix_tests::rig::{Gateway, plain_http};
use futures::StreamExt as _;
use protocol::keys::SigningKey;
use protocol::pairing::{PairRequest, PairingToken};
use reqwest::Certificate;
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

const AGENTS: usize = 1_000;
const AT_ONCE: usize = 64;
/// From so many addresses that none of them guesses too often.
const ADDRESSES: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_agents_with_one_token_exactly_one_becomes_a_core() {
    drop(plain_http());
    let gateway = Gateway::start().await;
    let made = gateway.order(&["core", "pair", "--name", "one"], "").await;
    let token: PairingToken = made["token"].as_str().expect("a token").parse().expect("a whole token");
    let certificate = Certificate::from_pem(gateway.certificate_pem().as_bytes()).expect("a certificate");
    let client = |address: usize| {
        let last = u8::try_from(address + 1).expect("few addresses");
        let from = Ipv4Addr::new(127, 0, 2, last);
        let client = reqwest::Client::builder().no_proxy().local_address(std::net::IpAddr::from(from));
        client.tls_certs_only([certificate.clone()]).build().expect("a client")
    };
    let clients: Vec<reqwest::Client> = (0..ADDRESSES).map(client).collect();
    let url = gateway.url().join("/api/v1/pairing").expect("a path");
    let redeem = async |agent: usize| {
        let key = SigningKey::generate().public();
        let secret = token.secret.expose_secret().to_owned();
        let request = PairRequest { secret, key, hostname: format!("agent-{agent}") };
        let answer = clients[agent % ADDRESSES].post(url.clone()).json(&request).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    };
    let told: Vec<(u16, String)> =
        futures::stream::iter(0..AGENTS).map(redeem).buffer_unordered(AT_ONCE).collect().await;
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for (status, body) in &told {
        *counts.entry(*status).or_default() += 1;
        assert!(*status == 201 || body.contains("urn:condrix:problem:pairing-refused"), "{status} {body}");
    }
    assert_eq!(counts, BTreeMap::from([(201, 1), (403, AGENTS - 1)]));
    let listed = gateway.order(&["core", "list"], "").await;
    assert_eq!(listed["cores"].as_array().map(Vec::len), Some(1), "{listed}");
    let paired = gateway.audited().await.into_iter().filter(|event| event.action == "core.paired").count();
    assert_eq!(paired, 1);
}
