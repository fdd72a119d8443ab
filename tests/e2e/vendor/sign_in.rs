use super::signed_in;
use condrix_tests::rig::GenuineCli;
use condrix_tests::vendor::{TokenFault, Vendor};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn the_cli_signs_in_with_a_code() {
    let (vendor, cli) = signed_in().await;
    let status = cli.status().await;
    assert_eq!(status["loggedIn"], true);
    assert_eq!(status["email"], "ada@example.com");
    assert_eq!(status["orgName"], "Example Labs");
    assert_eq!(status["subscriptionType"], "max");
    let credentials = cli.credentials().unwrap();
    assert!(credentials["accessToken"].as_str().unwrap().starts_with("sk-ant-oat01-"));
    assert!(credentials["refreshToken"].as_str().unwrap().starts_with("sk-ant-ort01-"));
    let mode = cli.home().join(".claude/.credentials.json").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(vendor.live_sign_ins("ada"), 1);
    assert_eq!(vendor.live_sign_ins("ben"), 0);
}

#[tokio::test]
async fn the_cli_asks_for_six_scopes_and_a_plan_is_granted_five() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    let sign_in = cli.begin_sign_in().await;
    let (_, asked) = sign_in.url().query_pairs().find(|(name, _)| name == "scope").unwrap();
    let mut asked: Vec<_> = asked.split(' ').map(str::to_owned).collect();
    let code = vendor.approve(sign_in.url(), "ada").unwrap();
    sign_in.finish(&code).await;
    let granted = cli.credentials().unwrap()["scopes"].clone();
    assert_eq!(asked.remove(0), "org:create_api_key");
    assert_eq!(granted, json!(asked));
    let documented = ["user:inference", "user:profile", "user:sessions:claude_code", "user:mcp_servers"];
    assert!(documented.iter().all(|scope| asked.iter().any(|one| one == scope)), "{asked:?}");
    assert_eq!(asked.len(), documented.len() + 1, "{asked:?}");
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_leaves_no_credentials() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    let sign_in = cli.begin_sign_in().await;
    let code = vendor.approve(sign_in.url(), "ada").unwrap();
    let (_, state) = code.split_once('#').unwrap();
    let (exit, output) = sign_in.finish(&format!("wrong#{state}")).await;
    assert_eq!(exit, Some(1));
    assert!(output.contains("Login failed: Request failed with status code 400"), "{output}");
    assert_eq!(cli.status().await["loggedIn"], false);
    assert!(cli.credentials().is_none());
}

#[tokio::test]
async fn a_code_works_only_for_the_sign_in_that_asked_for_it() {
    let vendor = Vendor::start().await;
    let (cli, other) = (GenuineCli::new(&vendor), GenuineCli::new(&vendor));
    let (sign_in, thief) = (cli.begin_sign_in().await, other.begin_sign_in().await);
    let code = vendor.approve(sign_in.url(), "ada").unwrap();
    let (exit, output) = thief.finish(&code).await;
    assert_eq!(exit, Some(1), "{output}");
    let (exit, output) = sign_in.finish(&code).await;
    assert_eq!(exit, Some(0), "{output}");
    let again = other.begin_sign_in().await;
    let (exit, output) = again.finish(&code).await;
    assert_eq!(exit, Some(1), "a used code was accepted: {output}");
}

/// Why an agent must compare the state itself.
#[tokio::test]
async fn the_cli_ignores_the_state_that_is_pasted() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    let sign_in = cli.begin_sign_in().await;
    let code = vendor.approve(sign_in.url(), "ada").unwrap();
    let (code, _) = code.split_once('#').unwrap();
    let (exit, output) = sign_in.finish(&format!("{code}#another-state")).await;
    assert_eq!(exit, Some(0), "{output}");
}

#[tokio::test]
async fn a_line_that_is_no_code_leaves_the_sign_in_waiting() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    let mut sign_in = cli.begin_sign_in().await;
    sign_in.paste("half-of-it").await;
    let code = vendor.approve(sign_in.url(), "ada").unwrap();
    let (exit, output) = sign_in.finish(&code).await;
    assert!(output.contains("Invalid code."), "{output}");
    assert_eq!(exit, Some(0), "{output}");
}

#[tokio::test]
async fn a_fault_of_the_token_endpoint_fails_the_sign_in() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    for (fault, says) in [
        (TokenFault::Status(500), "status code 500"),
        (TokenFault::Status(429), "status code 429"),
        (TokenFault::Drop, "socket hang up"),
    ] {
        vendor.token_faults().push(fault);
        let sign_in = cli.begin_sign_in().await;
        let code = vendor.approve(sign_in.url(), "ada").unwrap();
        let (exit, output) = sign_in.finish(&code).await;
        assert_eq!(exit, Some(1), "{output}");
        assert!(output.contains(says), "{output}");
    }
}

#[tokio::test]
async fn logging_out_revokes_at_the_vendor_and_deletes_the_file() {
    let (vendor, cli) = signed_in().await;
    let refresh = cli.credentials().unwrap()["refreshToken"].clone();
    let (exit, output, _) = cli.run(&["auth", "logout"]).await;
    assert_eq!(exit, Some(0), "{output}");
    assert!(cli.credentials().is_none());
    assert_eq!(vendor.live_sign_ins("ada"), 0);
    let told = vendor.record().of("/v1/oauth/token/revoke");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].json()["token"], refresh);
}

#[tokio::test]
async fn logging_out_touches_no_other_sign_in_of_the_account() {
    let (vendor, cli) = signed_in().await;
    let other = GenuineCli::new(&vendor);
    other.sign_in(&vendor, "ada").await;
    cli.run(&["auth", "logout"]).await;
    assert_eq!(vendor.live_sign_ins("ada"), 1);
    let turn = other.chat(&[]).turn("still here?").await;
    assert_eq!(turn.last().unwrap()["result"], "You said: still here?");
}

/// Both ask for the same; what the console grants is not enough to send messages with, and so the CLI has a key made.
#[tokio::test]
async fn through_the_console_the_cli_has_a_key_made_and_keeps_nothing_else() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    let sign_in = cli.begin_console_sign_in().await;
    let code = vendor.approve(sign_in.url(), "dev").unwrap();
    let (exit, output) = sign_in.finish(&code).await;
    assert_eq!(exit, Some(0), "{output}");
    assert!(cli.credentials().is_none());
    let state = || std::fs::read_to_string(cli.home().join(".claude.json")).unwrap();
    let key =
        serde_json::from_str::<serde_json::Value>(&state()).unwrap()["primaryApiKey"].as_str().unwrap().to_owned();
    assert_eq!(cli.status().await["apiKeySource"], "/login managed key");
    assert_eq!(cli.chat(&[]).turn("hello").await.last().unwrap()["result"], "You said: hello");
    assert_eq!(vendor.record().of("/v1/messages")[0].header("x-api-key"), Some(key.as_str()));
    let before = vendor.record().count(|_| true);
    cli.run(&["auth", "logout"]).await;
    assert!(!state().contains(&key));
    assert_eq!(vendor.record().count(|_| true), before, "the vendor is not told of a logout");
}
