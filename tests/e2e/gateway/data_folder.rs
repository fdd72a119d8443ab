//! The data folder: one gateway at a time, and never a silent new registry.

use condrix_tests::rig::Gateway;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

/// Starts it on the command line and returns what it says on ending.
async fn refused(gateway: &Gateway) -> String {
    refused_with(gateway, 1).await
}

async fn refused_with(gateway: &Gateway, code: i32) -> String {
    let output = gateway.command(&["run"], "").await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[tokio::test]
async fn a_second_gateway_on_the_same_folder_does_not_start() {
    let gateway = Gateway::start().await;
    let said = refused(&gateway).await;
    assert!(said.contains("in use by another process"), "{said}");
    assert_eq!(gateway.client().get("/livez").await.status, 200);
}

#[tokio::test]
async fn a_damaged_or_missing_registry_stops_the_start_and_is_left_as_it_is() {
    let mut gateway = Gateway::start().await;
    gateway.add_user("ada").await;
    gateway.program().stop().await;
    let registry = gateway.data().join("registry.db");
    let whole = fs::read(&registry).unwrap();

    let mut damaged = whole.clone();
    damaged[4096..8192].fill(0xff);
    fs::write(&registry, &damaged).unwrap();
    let said = refused(&gateway).await;
    assert!(said.contains("registry.db") && said.contains("backup"), "{said}");
    assert_eq!(fs::read(&registry).unwrap(), damaged);

    fs::remove_file(&registry).unwrap();
    let said = refused(&gateway).await;
    assert!(said.contains("missing") && said.contains("backup"), "{said}");

    fs::write(&registry, &whole).unwrap();
    fs::set_permissions(&registry, Permissions::from_mode(0o600)).unwrap();
    gateway.start_again().await;
    gateway.log_in("ada").await;
}

#[tokio::test]
async fn what_others_could_have_read_is_refused() {
    let mut gateway = Gateway::start().await;
    gateway.program().stop().await;
    let [key, tls, registry] =
        ["identity.key", "certificate-key.pem", "registry.db"].map(|file| gateway.data().join(file));
    for (path, mode, code) in [(&key, 0o644, 1), (gateway.data(), 0o755, 1), (&registry, 0o640, 1), (&tls, 0o640, 78)] {
        let before = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        let said = refused_with(&gateway, code).await;
        assert!(said.contains(&path.display().to_string()), "{said}");
        fs::set_permissions(path, before).unwrap();
    }
    gateway.start_again().await;
}
