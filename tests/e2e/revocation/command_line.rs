//! Revoking from the shell, with a gateway that runs and with one that does not.

use super::{assert_cut, impatient_core, refused_again};
use condrix_tests::rig::{Reader, World};

#[tokio::test]
async fn the_command_line_cuts_live_and_what_it_revokes_while_the_gateway_is_down_stays_out() {
    let mut world = World::start().await;
    let core = impatient_core(&world, "shell", Some("sk-ant-api03-shell")).await;
    let session = core.converse(&world.ada, "garden").await.path("");
    let mut readers =
        [Reader::events(&world.ada, &session, None).await, Reader::socket(&world.ada, &session, None).await];
    for reader in &mut readers {
        reader.until_kind("session_created").await;
    }

    let output = world.gateway.command(&["core", "revoke", "shell"], "").await;
    assert_cut("a revocation from the shell", &mut readers).await;
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for part in ["shell is revoked (epoch ", "ended here: ", " streams, in ", "ended there: 0 turns"] {
        assert!(printed.contains(part), "{printed}");
    }
    world.ada.get(&session).await.expect_problem(410, "core-revoked");

    let restored = world.gateway.order(&["core", "restore", "shell"], "").await;
    assert_eq!(restored["answer"], "restored");
    core.online(&world.ada).await;
    world.ada.get(&session).await.expect(200);

    world.gateway.program().kill().await;
    let revoked = world.gateway.order(&["core", "revoke", core.id()], "").await;
    assert_eq!(revoked["receipt"]["agent"]["status"], "offline");
    assert_eq!(revoked["receipt"]["epoch"].as_u64(), restored["epoch"].as_u64().map(|epoch| epoch + 1));
    world.gateway.start_again().await;
    refused_again(&world, &core).await;
    world.ada.get(&session).await.expect_problem(410, "core-revoked");

    let listed = world.gateway.order(&["core", "list"], "").await;
    assert_eq!(listed["cores"][0]["online"], false);
    assert!(listed["cores"][0]["revoked_at"].is_string());
}
