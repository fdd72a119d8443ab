use super::signed_in;
use condrix_tests::vendor::{Answer, Rule};

#[tokio::test]
async fn an_overloaded_vendor_is_asked_again() {
    let (vendor, cli) = signed_in().await;
    vendor.script().add(Rule { contains: "hello".to_owned(), answer: Answer::Refuse { status: 529 }, times: Some(1) });
    let turn = cli.chat(&[]).turn("hello").await;
    assert!(turn.iter().any(|line| line["subtype"] == "api_retry" && line["error"] == "overloaded"), "{turn:?}");
    assert_eq!(turn.last().unwrap()["result"], "You said: hello");
}

#[tokio::test]
async fn a_reached_plan_limit_says_when_it_ends() {
    const RESETS_AT: u64 = 4_102_444_800;
    let (vendor, cli) = signed_in().await;
    vendor.script().when("hello", Answer::PlanLimit { resets_at: RESETS_AT });
    let turn = cli.chat(&[]).turn("hello").await;
    let limit = turn.iter().find(|line| line["type"] == "rate_limit_event").unwrap();
    assert_eq!(limit["rate_limit_info"]["status"], "rejected");
    assert_eq!(limit["rate_limit_info"]["resetsAt"], RESETS_AT);
    assert_eq!(turn.last().unwrap()["api_error_status"], 429);
}

#[tokio::test]
async fn a_host_that_the_stand_in_does_not_play_is_recorded_and_refused() {
    let (vendor, cli) = signed_in().await;
    let cli = cli.with("ANTHROPIC_BASE_URL", "https://elsewhere.example");
    let turn = cli.chat(&[]).turn("hello").await;
    assert_eq!(turn.last().unwrap()["is_error"], true);
    let strays = vendor.record().matching(|request| request.host == "elsewhere.example");
    assert!(strays.iter().any(|request| request.route() == "/v1/messages"), "{strays:?}");
    assert_eq!(
        vendor.record().count(|request| request.host == "api.anthropic.com" && request.body.contains("hello")),
        0
    );
}
