//! `condrix-gateway`, with a gateway running and without.

use condrix_tests::rig::{Folder, Gateway, PASSWORD, World, binary, eventually, tree};
use rustix::process::Signal;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

#[tokio::test]
async fn a_bad_configuration_ends_with_78_and_every_problem_is_named_with_its_key_and_file() {
    let folder = Folder::new("config");
    let check = |text: &str| {
        let file = folder.file("gateway.toml", text);
        let mut command = Command::new(binary::built("condrix-gateway"));
        let checked = command.env_clear().arg("--config").arg(&file).arg("check-config").output().unwrap();
        (checked.status.code(), String::from_utf8_lossy(&checked.stderr).into_owned(), file.display().to_string())
    };
    for (text, keys) in [
        ("listen = \"nowhere\"\n", &["listen"][..]),
        ("[limits]\nconections = 4\n", &["conections"]),
        ("[limits]\nconnections = 0\nheader_deadline = \"0s\"\n", &["limits.connections", "limits.header_deadline"]),
    ] {
        let (code, said, file) = check(text);
        assert_eq!(code, Some(78), "{said}");
        assert!(said.contains(&file) && keys.iter().all(|key| said.contains(key)), "{said}");
    }
    // The files that it names are looked at.
    let certified = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
    let certificate = folder.file("certificate.pem", &certified.cert.pem());
    let key = folder.file("key.pem", &certified.signing_key.serialize_pem());
    let tls = format!("[tls]\ncertificate = {certificate:?}\nkey = {key:?}\n");
    let (code, said, _) = check(&tls);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("tls.key") && said.contains("key.pem") && said.contains("644"), "{said}");
    assert_eq!(said.matches("can be read by others").count(), 1, "a cause is told once: {said}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (code, said, _) = check(&tls);
    assert_eq!(code, Some(0), "{said}");
    let (code, said, _) = check("public_url = \"https://gateway.example\"\n");
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn orders_are_carried_out_by_a_running_gateway_and_without_one_too() {
    let mut world = World::start().await;
    let core = world.core("one").await;
    let socket = world.gateway.data().join("admin.sock");
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);

    let receipt = world.gateway.order(&["core", "revoke", "one"], "").await["receipt"].take();
    assert_eq!((&receipt["name"], &receipt["agent"]["status"]), (&json!("one"), &json!("confirmed")));
    let listed = world.gateway.order(&["core", "list"], "").await;
    assert!(listed["cores"][0]["revoked_at"].is_string(), "{listed}");

    world.gateway.program().stop().await;
    let restored = world.gateway.order(&["core", "restore", core.id()], "").await;
    assert_eq!(restored["epoch"], 3);
    let listed = world.gateway.order(&["core", "list"], "").await;
    assert_eq!((&listed["cores"][0]["revoked_at"], &listed["cores"][0]["online"]), (&json!(null), &json!(false)));
    world.gateway.order(&["user", "add", "ben"], &format!("{PASSWORD}\n")).await;
    world.gateway.start_again().await;
    world.gateway.log_in("ben").await;
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_ends_without_success() {
    let gateway = Gateway::start().await;
    for (arguments, input, told) in [
        (&["core", "revoke", "nobody"][..], "", "nobody"),
        (&["core", "pair", "--name", "not a name"], "", "name"),
        (&["user", "add", "ada"], "short\n", "12 characters"),
    ] {
        let output = gateway.command(arguments, input).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    gateway.add_user("ada").await;
    let output = gateway.command(&["setup-link", "--first"], "").await;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn sigterm_ends_it_in_order_and_sighup_takes_a_renewed_certificate() {
    let mut gateway = Gateway::start().await;
    let other = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    for file in ["certificate.pem", "certificate-key.pem"] {
        std::fs::copy(other.data().join(file), gateway.data().join(file)).unwrap();
    }
    let pid = gateway.program().pid().unwrap();
    tree::kill(pid, Signal::HUP);
    // The old certificate is trusted by `ada` alone, the new one by whoever reads the folder now.
    let renewed = gateway.client();
    eventually("the renewed certificate is served", async || {
        let answer = renewed.request(reqwest::Method::GET, "/livez").send().await;
        answer.is_ok_and(|answer| answer.status().is_success()).then_some(())
    })
    .await;
    assert!(ada.request(reqwest::Method::GET, "/livez").send().await.is_ok(), "an open connection was closed");
    assert!(gateway.program().stop().await.success());
    assert!(!gateway.data().join("registry.db-wal").exists(), "the registry was not closed");
}
