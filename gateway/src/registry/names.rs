//! Names and labels that people give. What is accepted is safe in a log line, a table and a header.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error("a user's name has 1 to 64 characters, none of them a control character, and no space at its ends")]
    User,
    #[error(
        "a Core's name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or digit"
    )]
    Core,
    #[error("an API token's name has 1 to 64 characters, none a control character, and no space at its ends")]
    Token,
    #[error("at most 16 labels; a key like a Core's name, a value of at most 128 characters")]
    Labels,
}

/// What a user is called and logs in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// What an API token is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenName(String);

/// What a Core is called. Fit for a command line and a metric's label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CoreName(String);

/// What a Core is marked with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Labels(BTreeMap<String, String>);

const LONGEST_CORE_NAME: usize = 63;

fn is_core_name(text: &str) -> bool {
    text.len() <= LONGEST_CORE_NAME
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

impl CoreName {
    /// The nearest name for a host.
    pub fn of_host(hostname: &str) -> Self {
        let name: String = hostname
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
            .skip_while(|c| !c.is_ascii_alphanumeric())
            .take(LONGEST_CORE_NAME)
            .collect();
        Self(if name.is_empty() { "core".to_owned() } else { name })
    }

    /// This name, or the first of `name-2`, `name-3`, … that `is_taken` does not know.
    pub fn free(&self, is_taken: impl Fn(&str) -> bool) -> Self {
        let mut candidate = self.0.clone();
        let mut number = 2_u32;
        while is_taken(&candidate) {
            let ending = format!("-{number}");
            let kept = &self.0[..self.0.len().min(LONGEST_CORE_NAME - ending.len())];
            candidate = format!("{kept}{ending}");
            number += 1;
        }
        Self(candidate)
    }
}

impl FromStr for CoreName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_core_name(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName::Core) }
    }
}

impl FromStr for UserName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_free_name(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName::User) }
    }
}

impl FromStr for TokenName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_free_name(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName::Token) }
    }
}

fn is_free_name(text: &str) -> bool {
    (1..=64).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || is_invisible(c))
}

/// Characters that change how others look, or that nobody sees.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl TryFrom<BTreeMap<String, String>> for Labels {
    type Error = InvalidName;

    fn try_from(labels: BTreeMap<String, String>) -> Result<Self, InvalidName> {
        let is_value = |value: &str| value.chars().count() <= 128 && !value.chars().any(char::is_control);
        if labels.len() <= 16 && labels.iter().all(|(key, value)| is_core_name(key) && is_value(value)) {
            Ok(Self(labels))
        } else {
            Err(InvalidName::Labels)
        }
    }
}

impl From<Labels> for BTreeMap<String, String> {
    fn from(labels: Labels) -> Self {
        labels.0
    }
}

macro_rules! text {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text!(UserName);
text!(TokenName);
text!(CoreName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_deceive_are_refused() {
        for name in ["", " ada", "ada ", "a\nb", "a\u{202e}b", "a\u{200b}b", &"a".repeat(65)] {
            assert_eq!(name.parse::<UserName>(), Err(InvalidName::User), "{name:?}");
        }
        for name in ["", "-a", ".a", "a b", "a/b", "ü", "a\n", &"a".repeat(64)] {
            assert_eq!(name.parse::<CoreName>(), Err(InvalidName::Core), "{name:?}");
        }
        for name in ["ada", "Ada Lovelace", "ada@example.org", "Zoë"] {
            assert!(name.parse::<UserName>().is_ok(), "{name}");
        }
    }

    #[test]
    fn every_hostname_has_a_name_that_is_one() {
        for host in ["build-1.example", "", "-x", "\u{fc}ber", "a b", &"h".repeat(300), "\0\n"] {
            assert!(is_core_name(CoreName::of_host(host).as_str()), "{host:?}");
        }
    }

    #[test]
    fn a_taken_name_gets_the_next_number() {
        let long = CoreName::of_host(&"h".repeat(63));
        assert_eq!(long.free(|name| name == long.as_str()).as_str().len(), 63);
        let name: CoreName = "build".parse().unwrap();
        assert_eq!(name.free(|_| false).as_str(), "build");
        assert_eq!(name.free(|name| ["build", "build-2"].contains(&name)).as_str(), "build-3");
    }

    #[test]
    fn labels_are_bounded() {
        let labels = |count: usize, value: &str| {
            Labels::try_from((0..count).map(|n| (format!("k{n}"), value.to_owned())).collect::<BTreeMap<_, _>>())
        };
        assert!(labels(16, "v").is_ok());
        assert!(labels(17, "v").is_err());
        assert!(labels(1, &"v".repeat(129)).is_err());
        assert!(labels(1, "a\nb").is_err());
    }
}
