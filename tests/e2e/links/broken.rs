//! A request that its Core leaves without an answer.

use condrix_tests::rig::{Gateway, eventually};
use condrix_tests::rogue::{Act, Rogue};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_a_core_breaks_off_is_told_from_one_whose_link_broke() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::start(&gateway, "core").await;
    let path = rogue.path("workspaces");
    rogue.play(|_| Act::vanish());
    ada.get(&path).await.expect_problem(502, "bad-core-answer");
    assert!(rogue.link().is_up() && rogue.is_online(&ada).await, "the Core is there");

    rogue.play(|_| Act::silence());
    let (asking, asked) = (ada.clone(), path.clone());
    let asks = tokio::spawn(async move { asking.get(&asked).await });
    eventually("the Core has the request", async || rogue.is_asked().then_some(())).await;
    rogue.down();
    asks.await.expect("an answer").expect_problem(503, "core-offline");
}
