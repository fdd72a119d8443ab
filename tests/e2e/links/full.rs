//! A link with as many streams as it has places.

use condrix_tests::rig::{Gateway, Socket, eventually, within};
use condrix_tests::rogue::{Act, Rogue};
use futures::{StreamExt as _, stream};
use tokio_tungstenite::tungstenite::Message;

/// Handshakes in progress at a time.
const AT_ONCE: usize = 16;

async fn echoes(socket: &mut Socket) {
    socket.send(Message::text("there?")).await.expect("it lives");
    assert_eq!(socket.next().await, Some(Message::text("there?")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_stream_too_many_is_refused_and_the_link_and_all_others_live() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::start(&gateway, "core").await;
    let since = rogue.online_since(&ada).await;
    rogue.play(|request| {
        if request.all("upgrade").is_empty() {
            Act::say(condrix_tests::rogue::json_answer(200, &true.into()))
        } else {
            Act::Echo
        }
    });
    let path = rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    let opens = stream::iter(0..link::PLACES).map(|_| async { ada.socket(&path).await.expect("there is a place") });
    let mut sockets: Vec<Socket> = opens.buffer_unordered(AT_ONCE).collect().await;
    for socket in &mut sockets {
        echoes(socket).await;
    }

    for _ in 0..3 {
        let refused = ada.socket(&path).await.expect_err("there was a place");
        assert_eq!(refused.status(), Some(503), "{refused:?}");
        ada.get(&path).await.expect_problem(503, "core-busy");
    }
    assert!(rogue.link().is_up(), "the link was cut");
    assert_eq!(rogue.online_since(&ada).await, since, "it is another link");
    ada.get(&rogue.path("workspaces")).await.expect(200);
    for socket in &mut sockets {
        echoes(socket).await;
    }

    // Whoever leaves makes room.
    drop(sockets.pop());
    let mut next = eventually("there is a place again", async || ada.socket(&path).await.ok()).await;
    echoes(&mut next).await;
    sockets.push(next);

    // The order to end gets through all the same, and ends them all.
    let receipt = gateway.order(&["core", "revoke", "core"], "").await["receipt"].take();
    assert_eq!(receipt["agent"]["status"], "confirmed", "{receipt}");
    assert_eq!(receipt["streams_cut"], link::PLACES, "{receipt}");
    for mut socket in sockets {
        assert_eq!(within("a socket ends", socket.next()).await, None);
    }
}
