//! How git is told of configuration: in its environment, as with `git -c`, and in files of ours that it includes.

use std::fmt::Write as _;

/// The variables by which git learns of it. It wins over every file, and is written into no repository.
pub fn variables<'k>(configuration: impl IntoIterator<Item = (&'k str, String)>) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    let mut count = 0;
    for (key, value) in configuration {
        variables.push((format!("GIT_CONFIG_KEY_{count}"), key.to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{count}"), value));
        count += 1;
    }
    variables.push(("GIT_CONFIG_COUNT".to_owned(), count.to_string()));
    variables
}

/// Whether a variable carries configuration: those of another origin would be mixed with ours.
pub fn is_variable(name: &str) -> bool {
    ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"].contains(&name)
        || ["GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"].iter().any(|beginning| name.starts_with(beginning))
}

/// A file of configuration, in the making.
#[derive(Debug, Default)]
pub(super) struct File(String);

impl File {
    /// `subsection` holds nothing that git reads in another way.
    pub(super) fn section(&mut self, section: &str, subsection: Option<&str>) -> &mut Self {
        // Writing into memory does not fail.
        let _ = match subsection {
            Some(subsection) => writeln!(self.0, "[{section} \"{subsection}\"]"),
            None => writeln!(self.0, "[{section}]"),
        };
        self
    }

    pub(super) fn line(&mut self, key: &str, value: &str) -> &mut Self {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(self.0, "\t{key} = \"{value}\"");
        self
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value of the first line with this key, in a file that [`File`] has made.
pub(super) fn value(text: &str, key: &str) -> Option<String> {
    let is_of = |line: &&str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = \""));
    let line = text.lines().filter_map(|line| line.strip_prefix('\t')).find(is_of)?;
    let quoted = line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?;
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        value.push(if character == '\\' { characters.next()? } else { character });
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    fn asked(variables: Vec<(String, String)>, key: &str) -> String {
        let mut git = Command::new("git");
        git.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("GIT_CONFIG_NOSYSTEM", "1").envs(variables);
        let said = git.args(["config", "--get-all", key]).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    }

    #[test]
    fn git_reads_values_as_they_were_written_in_variables_and_in_a_file_that_they_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a file");
        let odd = r#" Ada "the \ first" #1; Lovelace "#;
        let mut file = File::default();
        file.section("user", None)
            .line("name", odd)
            .section("credential", Some("https://a.example:1"))
            .line("helper", "");
        std::fs::write(&path, file.as_str()).unwrap();
        let told = || variables([("user.name", "before".to_owned()), ("include.path", path.display().to_string())]);
        assert_eq!(asked(told(), "user.name"), format!("before\n{odd}\n"));
        assert_eq!(asked(told(), "credential.https://a.example:1.helper"), "\n");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(asked(told(), "user.name"), "before\n", "a file that is not there says nothing");
    }

    proptest! {
        #[test]
        fn a_value_is_read_back_as_it_was_written(text in r"[^\x00-\x1f]{0,40}") {
            let mut file = File::default();
            file.section("user", None).line("email", "x").line("name", &text);
            prop_assert_eq!(value(file.as_str(), "name"), Some(text));
        }
    }
}
