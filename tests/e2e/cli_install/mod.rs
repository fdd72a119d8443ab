//! The genuine CLI's installation, with npm and a registry on loopback.

use condrix_tests::rig::{Core, CoreOptions, Folder, NpmRegistry, World};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use toml::toml;

async fn install(core: &Core, version: &str) -> Output {
    core.command(&["cli", "install", "--version", version], "").await
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn versions(core: &Core) -> Vec<String> {
    let entries = std::fs::read_dir(core.state().join("cli/versions")).expect("something was installed").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn marks(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let of = |entry: std::fs::DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        usize::from(entry.file_name() == "was-run") + if is_folder { marks(&entry.path()) } else { 0 }
    };
    entries.map(of).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_with_a_cli_that_is_too_old_says_so_and_works_with_a_newer_one() {
    let (world, registry) = (World::start().await, NpmRegistry::start().await);
    for version in ["2.1.150", "2.1.200"] {
        registry.release(version);
    }
    registry.release_altered("2.1.201");
    // The state folder has no name yet, and the configuration needs one.
    let named = Folder::new("cli");
    let command = named.join("claude");
    let text = command.display().to_string();
    let settings = toml! {
        [claude]
        command = text
        minimum_version = "2.1.200"
    };
    // npm would ask again for what is wrong, and wait in between.
    let variables = [("npm_config_registry", registry.url()), ("npm_config_fetch_retries", "0")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let options = CoreOptions { settings, variables, ..CoreOptions::default() };
    let mut core = Core::prepare("one", &world.gateway, &world.vendor, &options);
    std::os::unix::fs::symlink(core.state().join("cli/claude"), &command).unwrap();

    let status = said(&core.command(&["cli", "status"], "").await);
    assert!(status.contains("installed  none") && status.contains("minimum    2.1.200"), "{status}");
    let installed = install(&core, "2.1.150").await;
    assert!(installed.status.success(), "{}", said(&installed));
    assert!(
        said(&installed).contains("installed  2.1.150") && said(&installed).contains("too old"),
        "{}",
        said(&installed)
    );
    assert_eq!(versions(&core), ["2.1.150"]);
    assert_eq!(marks(&core.state().join("cli")), 0, "a package's own program was run");

    core.pair(&world.gateway).await;
    core.run();
    core.online(&world.ada).await;
    let claude = world.ada.get(&core.path("claude")).await.expect(200);
    assert_eq!(claude["last_error"]["kind"], "cli_too_old", "{claude}");
    world.ada.post(&core.path("claude/sign-ins"), &json!({})).await.expect_problem(503, "cli-too-old");
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    world.ada.post(&core.path("sessions"), &json!({ "workspace": "garden" })).await.expect_problem(503, "cli-too-old");

    for refused in ["2.1.201", "2.1.199"] {
        let failed = install(&core, refused).await;
        assert!(!failed.status.success(), "{refused}: {}", said(&failed));
        assert_eq!(versions(&core), ["2.1.150"], "{refused}");
    }
    let newer = install(&core, "2.1.200").await;
    assert!(newer.status.success() && said(&newer).contains("installed  2.1.200"), "{}", said(&newer));
    assert_eq!(versions(&core), ["2.1.150", "2.1.200"], "the one before stays");
    core.run();
    core.online(&world.ada).await;
    let claude = world.ada.get(&core.path("claude")).await.expect(200);
    assert_eq!(claude["last_error"], Value::Null, "{claude}");
    world.ada.post(&core.path("sessions"), &json!({ "workspace": "garden" })).await.expect(201);
}
