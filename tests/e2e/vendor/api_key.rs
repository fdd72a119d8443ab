use condrix_tests::rig::GenuineCli;
use condrix_tests::vendor::Vendor;

const KEY: &str = "sk-ant-api03-of-the-tests";

#[tokio::test]
async fn a_key_goes_as_its_own_header_without_the_oauth_beta() {
    let vendor = Vendor::start().await;
    vendor.accept_api_key(KEY);
    let cli = GenuineCli::new(&vendor).with_api_key(KEY);
    assert_eq!(cli.status().await["authMethod"], "api_key");
    let turn = cli.chat(&[]).turn("hello").await;
    assert_eq!(turn.last().unwrap()["result"], "You said: hello");
    let asked = vendor.record().of("/v1/messages");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("x-api-key"), Some(KEY));
    assert_eq!(asked[0].header("authorization"), None);
    assert!(!asked[0].header("anthropic-beta").unwrap().contains("oauth"));
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor).with_api_key(KEY);
    let turn = cli.chat(&[]).turn("hello").await;
    let result = turn.last().unwrap();
    assert_eq!(result["is_error"], true);
    assert_eq!(result["api_error_status"], 401);
    assert!(result["result"].as_str().unwrap().contains("Invalid API key"), "{result}");
}

/// The key is in no environment that a tool could read.
#[tokio::test]
async fn a_key_by_descriptor_is_not_in_the_environment() {
    let vendor = Vendor::start().await;
    vendor.accept_api_key(KEY);
    let cli = GenuineCli::new(&vendor).with_api_key(KEY);
    let mut chat = cli.chat(&["--permission-mode", "acceptEdits", "--allowedTools", "Bash"]);
    let command = "env; tr '\\0' '\\n' < /proc/$PPID/environ; tr '\\0' ' ' < /proc/$PPID/cmdline";
    let input = serde_json::json!({ "command": command, "description": "look" });
    let turn = chat.turn(&format!("vendor:{{\"tool\":{{\"name\":\"Bash\",\"input\":{input}}}}}")).await;
    let result = turn.iter().find(|line| line["tool_use_result"].is_object()).unwrap().to_string();
    assert!(result.contains("HTTPS_PROXY"), "the tool saw an environment: {result}");
    assert!(result.contains("--permission-mode"), "the tool saw its parent: {result}");
    assert!(!result.contains(KEY), "{result}");
}
