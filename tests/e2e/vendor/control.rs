use condrix_tests::rig::{GenuineCli, plain_http};
use condrix_tests::vendor::{Vendor, control};
use serde_json::{Value, json};
use std::sync::Arc;

/// The control port of the stand-in's own program does what the handle does.
#[tokio::test]
async fn a_sign_in_and_a_message_by_the_control_port() {
    let vendor = Arc::new(Vendor::start().await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(axum::serve(listener, control::router(Arc::clone(&vendor))).into_future());
    let http = plain_http();
    let post = async |path: &str, body: Value| {
        let answer = http.post(format!("{address}{path}")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.unwrap()
    };

    let cli = GenuineCli::new(&vendor);
    let sign_in = cli.begin_sign_in().await;
    let approved = post("/approve", json!({ "url": sign_in.url(), "account": "ben" })).await;
    let code: Value = serde_json::from_str(&approved).unwrap();
    let (exit, output) = sign_in.finish(code["code"].as_str().unwrap()).await;
    assert_eq!(exit, Some(0), "{output}");

    let rule = json!({ "contains": "hello", "answer": { "say": { "chunks": ["from ", "the port"] } } });
    post("/rules", rule).await;
    let turn = cli.chat(&[]).turn("hello").await;
    assert_eq!(turn.last().unwrap()["result"], "from the port");
    let asked = http.get(format!("{address}/requests?path=/v1/messages")).send().await.unwrap();
    let asked: Value = asked.json().await.unwrap();
    assert_eq!(asked.as_array().unwrap().len(), 1);
    served.abort();
}
