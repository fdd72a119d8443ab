//! Following the Cores.

use super::*;
use futures::StreamExt as _;
use std::time::Instant;

#[tokio::test]
async fn many_changes_at_once_are_few_events_and_the_last_of_them_is_told() {
    let (plane, cookie) = Plane::with_user().await;
    let paired = super::cores::pair(&plane, &cookie, "first").await;
    let core = format!("/api/v1/cores/{}", paired["core"].as_str().unwrap());
    let answer = plane.answer(get("/api/v1/events").by(&cookie)).await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/event-stream");
    let mut stream = answer.into_body().into_data_stream();
    let began = Instant::now();
    let first = stream.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"event: cores\ndata: {\"items\":[{"), "{first:?}");
    for number in 0..20 {
        let rename =
            ask(Method::PATCH, &core).raw("application/json", format!("{{\"name\":\"n{number}\"}}").as_bytes());
        plane.send(rename.by(&cookie)).await.ok(StatusCode::OK);
        plane.app.fleet.changed();
    }
    let mut events = 0;
    loop {
        let event = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        events += 1;
        if event.contains("\"name\":\"n19\"") {
            break;
        }
    }
    let most = began.elapsed().as_millis() / 250 + 1;
    assert!(events <= most, "{events} events, {most} fit into the time");
}

#[tokio::test]
async fn the_stream_ends_with_the_login() {
    let (plane, cookie) = Plane::with_user().await;
    let mut stream = plane.answer(get("/api/v1/events").by(&cookie)).await.into_body().into_data_stream();
    stream.next().await.unwrap().unwrap();
    plane.send(post("/api/v1/logout", &json!({})).by(&cookie)).await;
    assert!(stream.next().await.is_none());
}
