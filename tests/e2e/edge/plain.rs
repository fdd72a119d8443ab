//! There is TLS on the port, and nothing else.

use condrix_tests::rig::{Gateway, within};
use condrix_tests::wire::Door;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn whoever_speaks_without_encryption_gets_no_service() {
    let gateway = Gateway::start().await;
    let door = Door::of(&gateway, b"http/1.1");
    for said in [
        &b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00\x20{\"version\":{\"major\":1,\"minor\":0}}",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        &[0xff; 64],
    ] {
        let mut tcp = door.tcp().await.expect("the port is open");
        tcp.write_all(said).await.expect("it is sent");
        let mut heard = Vec::new();
        let _reset = within("the gateway closes", tcp.read_to_end(&mut heard)).await;
        // At most a TLS alert.
        assert!(heard.is_empty() || heard[0] == 21, "{}", heard.escape_ascii());
    }
    assert_eq!(gateway.client().get("/livez").await.status, 200);
}

#[tokio::test]
async fn a_protocol_that_nobody_here_speaks_is_refused_in_the_handshake() {
    let gateway = Gateway::start().await;
    for protocol in [&b"http/1.0"[..], b"h2c", b"spdy/3", b"condrix-link/2", b"condrix-link/1\0", b"acme-tls/1"] {
        let opened = within("the handshake ends", Box::pin(Door::of(&gateway, protocol).try_open())).await;
        assert!(opened.is_err(), "{}", protocol.escape_ascii());
    }
    assert!(Door::of(&gateway, b"http/1.1").try_open().await.is_ok());
}
