//! What the documents claim: the tests they name exist, and their examples can be used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).expect("a source is text"));
        }
    }
}

#[test]
fn every_test_that_the_authentication_document_names_exists() {
    let document = fs::read_to_string(root().join("docs/authentication.md")).unwrap();
    let mut tests = String::new();
    sources(&root().join("tests/e2e"), &mut tests);
    // A test's name is a sentence: lower case, with at least three words.
    let is_name = |text: &&str| {
        text.matches('_').count() >= 3 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named: Vec<&str> = document.split('`').skip(1).step_by(2).filter(is_name).collect();
    assert!(named.len() >= 20, "{} tests are named", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_alerts_and_the_scraping_in_the_operating_document_are_what_prometheus_takes() {
    let document = fs::read_to_string(root().join("docs/operating.md")).unwrap();
    for (check, beginning) in [("config", "scrape_configs:"), ("rules", "groups:")] {
        let example =
            document.split("```yaml\n").find(|part| part.starts_with(beginning)).expect("there is an example");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("example.yml");
        fs::write(&file, example.split("```").next().unwrap()).unwrap();
        let checked =
            Command::new("promtool").args(["check", check]).arg(&file).output().expect("promtool is installed");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}
