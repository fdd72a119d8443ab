//! Pictures in messages: judged, kept, shown to the model and to every reader.

use super::core_with_key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use condrix_tests::rig::conversation::of_kind;
use condrix_tests::rig::fresh_key;
use serde_json::{Value, json};

/// A whole picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_picture_reaches_the_model_and_every_reader_and_nothing_else_passes_for_one() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let path = chat.path("messages");
    let send = async |text: &str, images: Value, key: &str| {
        world.ada.post_once(&path, key, &json!({ "text": text, "images": images })).await
    };
    let png = json!({ "media_type": "image/png", "data": PNG });
    for wrong in [
        json!([{ "media_type": "image/svg+xml", "data": PNG }]),
        json!([{ "media_type": "image/jpeg", "data": PNG }]),
        json!([{ "media_type": "image/png", "data": "no base64" }]),
        json!([{ "media_type": "image/png", "data": STANDARD.encode("<script>") }]),
        json!([{ "media_type": "image/png", "data": STANDARD.encode([&STANDARD.decode(PNG).unwrap()[..], &vec![0; 3_750_000]].concat()) }]),
        json!(vec![png.clone(); 9]),
    ] {
        send("look", wrong, &fresh_key()).await.expect_problem(422, "invalid-body");
    }
    let key = fresh_key();
    let accepted = send("look", json!([png]), &key).await.expect(202);
    assert_eq!(send("look", json!([png]), &key).await.expect(202), accepted, "a retry is told its turn");
    send("look", json!([]), &key).await.expect_problem(422, "idempotency-key-reused");
    let turn = accepted["turn"].as_str().unwrap();
    let events = chat.end_of(turn).await;
    let shown = &of_kind(&events, "message_accepted")[0]["images"][0];
    assert_eq!((&shown["media_type"], &shown["width"], &shown["height"]), (&json!("image/png"), &json!(1), &json!(1)));
    let bytes = STANDARD.decode(PNG).unwrap();
    assert_eq!(shown["size"], bytes.len());

    let asked = world.vendor.record().of("/v1/messages").pop().unwrap().json();
    let messages = asked["messages"].as_array().unwrap();
    let last = messages.iter().rfind(|message| message["role"] == "user").unwrap();
    let blocks = last["content"].as_array().unwrap();
    let image = blocks.iter().find(|block| block["type"] == "image").unwrap_or_else(|| panic!("no picture: {last}"));
    assert_eq!(image["source"]["media_type"], "image/png");
    assert!(blocks.iter().any(|block| block["text"] == "look"), "{last}");

    let fetched = chat.path(&format!("images/{}", shown["hash"].as_str().unwrap()));
    let answer = world.ada.request(reqwest::Method::GET, &fetched).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    world.ada.get(&chat.path(&format!("images/{}", "0".repeat(64)))).await.expect_problem(404, "not-found");

    // Without words, and after a start anew: the picture is in the journal.
    let accepted = send("", json!([png]), &fresh_key()).await.expect(202);
    assert_eq!(chat.end_of(accepted["turn"].as_str().unwrap()).await.last().unwrap()["kind"], "turn_completed");
}
