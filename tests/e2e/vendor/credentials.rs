use super::signed_in;
use condrix_tests::rig::{GenuineCli, eventually, within};
use condrix_tests::vendor::{TokenFault, Vendor};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// Signed in, with an access token that the CLI will refresh at its next chance.
async fn about_to_lapse() -> (Vendor, GenuineCli) {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    vendor.set_token_lifetime(Duration::from_mins(2));
    cli.sign_in(&vendor, "ada").await;
    vendor.set_token_lifetime(DAY);
    (vendor, cli)
}

#[tokio::test]
async fn several_processes_refresh_once() {
    let (vendor, cli) = about_to_lapse().await;
    let before = cli.credentials().unwrap();
    let mut chats: Vec<_> = (0..3).map(|_| cli.chat(&[])).collect();
    let turns = futures::future::join_all(chats.iter_mut().map(|chat| chat.turn("hello"))).await;
    for turn in turns {
        assert_eq!(turn.last().unwrap()["is_error"], false);
    }
    assert_eq!(vendor.refreshes(Some("ada")), 1);
    assert_eq!(vendor.refresh_reuses(), 0);
    let after = cli.credentials().unwrap();
    assert_ne!(before["accessToken"], after["accessToken"]);
    assert_ne!(before["refreshToken"], after["refreshToken"], "refresh tokens rotate");
}

#[tokio::test]
async fn listing_mcp_servers_refreshes_without_inference() {
    let (vendor, cli) = about_to_lapse().await;
    cli.run(&["mcp", "list"]).await;
    assert_eq!(vendor.refreshes(Some("ada")), 1);
    assert!(vendor.record().of("/v1/messages").is_empty());
    let expires = cli.credentials().unwrap()["expiresAt"].as_u64().unwrap();
    assert!(Duration::from_millis(expires) > std::time::UNIX_EPOCH.elapsed().unwrap() + DAY / 2);
}

#[tokio::test]
async fn a_spent_refresh_token_is_refused() {
    let (vendor, cli) = about_to_lapse().await;
    let file = cli.home().join(".claude/.credentials.json");
    let spent = std::fs::read(&file).unwrap();
    let mut chat = cli.chat(&[]);
    chat.turn("spend it").await;
    // A token that is good for a while yet is refreshed beside the conversation.
    let lock = cli.home().join(".claude/.oauth_refresh.lock");
    eventually("the refresh is over", async || {
        (std::fs::read(&file).unwrap() != spent && !lock.exists()).then_some(())
    })
    .await;
    chat.kill().await;
    assert_eq!(vendor.refreshes(Some("ada")), 1);
    std::fs::write(&file, spent).unwrap();
    vendor.expire_access_tokens("ada");
    let turn = cli.chat(&[]).turn("hello").await;
    assert_eq!(turn.last().unwrap()["result"], "Not logged in · Please run /login");
    assert_eq!(vendor.refresh_reuses(), 1);
}

#[tokio::test]
async fn a_revoked_sign_in_is_noticed_at_the_next_refresh_and_blanks_the_file() {
    let (vendor, cli) = about_to_lapse().await;
    vendor.revoke_account("ada");
    let turn = cli.chat(&[]).turn("hello").await;
    let result = turn.last().unwrap();
    assert_eq!(result["is_error"], true);
    assert_eq!(result["result"], "Not logged in · Please run /login");
    let credentials = cli.credentials().unwrap();
    assert_eq!(credentials["accessToken"], "");
    assert_eq!(credentials["refreshToken"], "");
}

#[tokio::test]
async fn a_lapsed_access_token_is_refreshed_after_the_vendor_refuses_it() {
    let (vendor, cli) = signed_in().await;
    vendor.expire_access_tokens("ada");
    let turn = cli.chat(&[]).turn("hello").await;
    assert!(turn.iter().any(|line| line["subtype"] == "api_retry" && line["error_status"] == 401), "{turn:?}");
    assert_eq!(turn.last().unwrap()["result"], "You said: hello");
    assert_eq!(vendor.refreshes(Some("ada")), 1);
}

/// Why a CLI process must not be killed during a refresh.
#[tokio::test]
async fn a_cli_killed_in_mid_refresh_loses_the_sign_in() {
    let (vendor, cli) = about_to_lapse().await;
    vendor.token_faults().push(TokenFault::HoldAnswer("refresh".to_owned()));
    let mut chat = cli.chat(&[]);
    chat.say("hello").await;
    within("the refresh is in flight", vendor.gates().reached("refresh", 1)).await;
    assert!(cli.home().join(".claude/.oauth_refresh.lock").exists());
    chat.kill().await;
    vendor.gates().open("refresh");
    vendor.expire_access_tokens("ada");
    // The lock of the killed process goes stale after a while; the next process then sends the token that was spent.
    let turn = cli.chat(&[]).turn("hello").await;
    assert_eq!(turn.last().unwrap()["result"], "Not logged in · Please run /login");
    assert_eq!(vendor.refresh_reuses(), 1);
}

#[tokio::test]
async fn a_held_refresh_is_written_once_the_answer_comes() {
    let (vendor, cli) = about_to_lapse().await;
    vendor.token_faults().push(TokenFault::HoldRequest("refresh".to_owned()));
    let mut chat = cli.chat(&[]);
    chat.say("hello").await;
    within("the refresh is in flight", vendor.gates().reached("refresh", 1)).await;
    assert_eq!(vendor.refreshes(None), 0);
    vendor.gates().open("refresh");
    let turn = chat.until(|line| line["type"] == "result").await;
    assert_eq!(turn.last().unwrap()["is_error"], false);
    assert_eq!(vendor.refreshes(None), 1);
    assert!(!cli.home().join(".claude/.oauth_refresh.lock").exists());
}
