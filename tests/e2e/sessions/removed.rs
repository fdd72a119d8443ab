//! What is removed is gone: from the journal, from the search, from the CLI's own folder.

use super::core_with_key;
use condrix_tests::rig::{World, eventually};
use condrix_tests::vendor::Say;
use serde_json::json;
use std::path::Path;

const SECRET: &str = "xylophonegarden";

async fn hits(world: &World, core: &condrix_tests::rig::Core) -> usize {
    let found = world.ada.get(&core.path(&format!("search?q={SECRET}"))).await.expect(200);
    found["hits"].as_array().expect("a list").len()
}

/// Files beneath a folder that hold a text.
fn files_with(folder: &Path, text: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder is read").map(|entry| entry.expect("an entry")) {
        if entry.file_type().expect("it is of some kind").is_dir() {
            found.extend(files_with(&entry.path(), text));
        } else if std::fs::read(entry.path()).is_ok_and(|held| String::from_utf8_lossy(&held).contains(text)) {
            found.push(entry.path());
        }
    }
    found
}

#[tokio::test]
async fn a_removed_session_leaves_nothing_but_the_note_that_it_was() {
    let (world, core) = core_with_key().await;
    let ben = world.gateway.add_user("ben").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let mut reader = chat.joined_by(&ben).await;
    chat.turn(&format!("remember {SECRET}")).await;
    assert_eq!(hits(&world, &core).await, 2, "the message and its answer");
    let kept = async || (!files_with(&core.home().join(".claude"), SECRET).is_empty()).then_some(());
    eventually("the CLI has written its transcript", kept).await;

    world.vendor.script().once("slowly", Say::numbered(1).gated("slowly"));
    chat.say("slowly").await;
    chat.until_kind("turn_started").await;
    assert_eq!(world.ada.delete(&chat.path("")).await.status, 204);
    // Its live turn has ended, and whoever reads is told that it is over.
    chat.until_over().await;
    reader.until_over().await;
    core.quiet().await;

    world.ada.get(&chat.path("")).await.expect_problem(404, "not-found");
    chat.post("hello?", "k").await.expect_problem(404, "not-found");
    world.ada.delete(&chat.path("")).await.expect_problem(404, "not-found");
    assert_eq!(hits(&world, &core).await, 0);
    assert_eq!(files_with(&core.home(), SECRET), Vec::<std::path::PathBuf>::new());
    let id = chat.path("").rsplit_once('/').unwrap().1.to_owned();
    let removals = world.ada.get(&core.path("removals")).await.expect(200);
    let [removal] = removals["removals"].as_array().unwrap().as_slice() else { panic!("{removals}") };
    assert_eq!(
        (&removal["session"], &removal["reason"], &removal["by"]["name"]),
        (&json!(id), &json!("deleted"), &json!("ada"))
    );
    assert!(!removals.to_string().contains(SECRET));
    let audited = world.gateway.audited().await;
    let removed: Vec<_> = audited.iter().filter(|event| event.action == "session.removed").collect();
    // The second one that was asked for found nothing.
    assert!(
        matches!(&removed[..], [first, _] if first.subject == core.id() && first.detail.contains(&id)),
        "{removed:?}"
    );
}
