//! Coming in and going out.

use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test]
async fn a_set_up_link_makes_a_user_who_logs_out_and_in_and_whose_login_may_be_ended_elsewhere() {
    let world = World::start().await;
    let link = world.gateway.order(&["setup-link"], "").await;
    world.stage(json!({ "link": link["link"] })).play_alone("front-door").await;
}
