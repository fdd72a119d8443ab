//! A plan is a file that the CLI lets the model write unasked: it lies in the workspace, and nowhere else.

use super::{Became, Stage, attempt};
use condrix_tests::rig::Conversation;
use serde_json::json;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// Where the CLI tells the model to write.
async fn plan_file(stage: &Stage, chat: &mut Conversation) -> PathBuf {
    chat.turn("make a plan").await;
    let asked = stage.world.vendor.record().of("/v1/messages").pop().expect("the model was asked").body;
    let (_, rest) = asked.split_once("create your plan at ").expect("the model is told where");
    rest.split_once(".md").map(|(name, _)| PathBuf::from(format!("{name}.md"))).expect("it is a note")
}

#[tokio::test]
async fn a_plan_is_written_into_the_workspace_and_acting_on_it_is_asked_for() {
    let stage = Stage::set().await;
    let mut chat = stage.session("plan").await;
    let file = plan_file(&stage, &mut chat).await;
    assert!(file.starts_with(stage.repository().join(".claude/plans")), "{}", file.display());
    let input = json!({ "file_path": file, "content": "dig, then sow" });
    let became = attempt(&stage, &mut chat, "Write", input).await;
    assert!(matches!(became, Became::Ran(_)), "{became:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "dig, then sow");
    assert_eq!(attempt(&stage, &mut chat, "ExitPlanMode", json!({})).await, Became::Asked);
}

#[tokio::test]
async fn a_folder_of_plans_that_leads_to_the_sign_in_is_denied() {
    let stage = Stage::set().await;
    symlink(stage.core.home().join(".claude"), stage.repository().join(".claude")).unwrap();
    let mut chat = stage.session("plan").await;
    let file = plan_file(&stage, &mut chat).await;
    let input = json!({ "file_path": file, "content": "dig, then sow" });
    let became = attempt(&stage, &mut chat, "Write", input).await;
    assert!(matches!(became, Became::Denied(_)), "{became:?}");
    assert!(!file.exists());
    stage.assert_nothing_got_out(chat.seen());
}
