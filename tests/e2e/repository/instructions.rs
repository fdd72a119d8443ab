//! `CLAUDE.md` is for the model; what it links to is not.

use super::{Stage, plant::plant};
use condrix_tests::rig::conversation::said;
use std::os::unix::fs::symlink;

#[tokio::test]
async fn its_notes_reach_the_model_and_what_they_import_does_not() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    let mut chat = stage.session("default").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    let asked = stage.world.vendor.record().of("/v1/messages").pop().unwrap();
    assert!(asked.body.contains("The gate squeaks on Tuesdays."), "{}", asked.body);
    stage.assert_nothing_got_out(chat.seen());
}

#[tokio::test]
async fn notes_that_are_a_link_to_the_sign_in_reach_nobody() {
    let stage = Stage::set().await;
    let credentials = stage.core.credentials_file();
    for name in ["CLAUDE.md", "CLAUDE.local.md"] {
        symlink(&credentials, stage.repository().join(name)).unwrap();
    }
    symlink(stage.core.home().join(".claude"), stage.repository().join(".claude")).unwrap();
    let mut chat = stage.session("default").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    stage.assert_nothing_got_out(chat.seen());
}
