//! A configuration that cannot be used on this host is told before anything begins.

use condrix_tests::rig::{Core, CoreOptions, World};

#[tokio::test]
async fn what_a_host_lacks_is_named_with_its_key_and_ends_with_78() {
    let world = World::start().await;
    let prepare = |name: &str, settings: &str, variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = CoreOptions { settings: settings.parse().unwrap(), variables, ..CoreOptions::default() };
        Core::prepare(name, &world.gateway, &world.vendor, &options)
    };
    let sound = prepare("sound", "", &[]).command(&["check-config"], "").await;
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
    for (key, settings, variables, commands) in [
        ("HOME", "", &[("HOME", "")][..], &["check-config", "run"][..]),
        ("workspaces", "workspaces = \"/\"", &[], &["check-config", "run"]),
        ("claude.command", "[claude]\ncommand = \"/nowhere/claude\"", &[], &["check-config"]),
        ("claude.command", "[claude]\ncommand = \"no-such-program\"", &[], &["check-config"]),
        ("claude.environment", "[claude]\nenvironment = [\"BUN_OPTIONS\"]", &[], &["check-config", "run"]),
    ] {
        let core = prepare("one", settings, variables);
        for command in commands {
            let output = core.command(&[command], "").await;
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(78), "{command}: {said}");
            assert!(said.contains(&format!("\n  {key}: ")), "{command}: {said}");
        }
    }
}
