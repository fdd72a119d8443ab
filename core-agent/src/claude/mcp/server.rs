//! One MCP server, as an administrator describes it.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use url::Url;

const LONGEST_NAME: usize = 32;
const LONGEST_TEXT: usize = 4096;
/// Arguments, variables or headers of one server.
const MOST: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerFault {
    #[error("a server's name is 1 to {LONGEST_NAME} lower-case letters, digits, underscores or hyphens")]
    Name,
    #[error("the command is empty or too long")]
    Command,
    #[error("a server has at most {MOST} arguments, variables or headers, of at most {LONGEST_TEXT} bytes each")]
    Bounds,
    #[error("an address begins with http:// or https:// and holds no password")]
    Address,
    #[error("{0:?} is not a variable's or header's name")]
    Key(String),
    #[error("the value of {0:?} has a character that it cannot have")]
    Value(String),
}

/// Part of the name of each of its tools.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerName(String);

impl ServerName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServerName {
    type Err = ServerFault;

    fn from_str(text: &str) -> Result<Self, ServerFault> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        let fits = (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(ServerFault::Name) }
    }
}

/// How it is reached. What a variable or a header holds is handed to the CLI and told to nobody else.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Server {
    /// A program that the CLI starts, as the Core's user.
    Stdio {
        command: String,
        #[serde(default)]
        args: Vec<String>,
        #[serde(default)]
        #[schema(value_type = std::collections::HashMap<String, String>, write_only)]
        env: BTreeMap<String, SecretString>,
    },
    Http {
        #[schema(value_type = String)]
        url: Url,
        #[serde(default)]
        #[schema(value_type = std::collections::HashMap<String, String>, write_only)]
        headers: BTreeMap<String, SecretString>,
    },
}

impl Server {
    pub fn check(&self) -> Result<(), ServerFault> {
        let bounded = |text: &str| text.len() <= LONGEST_TEXT;
        match self {
            Self::Stdio { command, args, env } => {
                if command.trim().is_empty() || !bounded(command) || command.contains('\0') {
                    return Err(ServerFault::Command);
                }
                if args.len() > MOST || !args.iter().all(|argument| bounded(argument) && !argument.contains('\0')) {
                    return Err(ServerFault::Bounds);
                }
                let variable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                check_values(env, variable, |value| !value.contains('\0'))
            }
            Self::Http { url, headers } => {
                let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
                if !plain || url.password().is_some() || !url.username().is_empty() || !bounded(url.as_str()) {
                    return Err(ServerFault::Address);
                }
                let header = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                check_values(headers, header, |value| http::HeaderValue::from_str(value).is_ok())
            }
        }
    }

    /// Its secrets, each word by itself: of `Bearer …` what follows is the secret.
    pub(super) fn values(&self) -> impl Iterator<Item = SecretString> {
        let (values, query) = match self {
            Self::Stdio { env, .. } => (env, Vec::new()),
            Self::Http { url, headers } => (headers, url.query_pairs().map(|(_, value)| value.into_owned()).collect()),
        };
        let words = values.values().flat_map(|value| value.expose_secret().split_ascii_whitespace());
        words.map(SecretString::from).chain(query.into_iter().map(SecretString::from)).collect::<Vec<_>>().into_iter()
    }

    /// As the CLI reads it, secrets and all: for a private file alone.
    pub(super) fn exposed(&self) -> Value {
        let values = |values: &BTreeMap<String, SecretString>| -> Value {
            values.iter().map(|(key, value)| (key.clone(), Value::from(value.expose_secret()))).collect()
        };
        match self {
            Self::Stdio { command, args, env } => {
                json!({ "type": "stdio", "command": command, "args": args, "env": values(env) })
            }
            Self::Http { url, headers } => json!({ "type": "http", "url": url, "headers": values(headers) }),
        }
    }
}

fn check_values(
    values: &BTreeMap<String, SecretString>,
    key: impl Fn(u8) -> bool,
    value: impl Fn(&str) -> bool,
) -> Result<(), ServerFault> {
    if values.len() > MOST {
        return Err(ServerFault::Bounds);
    }
    for (name, secret) in values {
        if name.is_empty() || name.len() > 256 || !name.bytes().all(&key) {
            return Err(ServerFault::Key(name.clone()));
        }
        if secret.expose_secret().len() > LONGEST_TEXT || !value(secret.expose_secret()) {
            return Err(ServerFault::Value(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(server: Value) -> Result<(), ServerFault> {
        serde_json::from_value::<Server>(server).unwrap().check()
    }

    #[test]
    fn a_server_is_a_program_or_an_address_within_bounds() {
        assert_eq!(
            read(json!({"type": "stdio", "command": "/usr/bin/x", "args": ["-a"], "env": {"TOKEN": "s"}})),
            Ok(())
        );
        assert_eq!(read(json!({"type": "http", "url": "https://x.example/mcp", "headers": {"X-Key": "s"}})), Ok(()));
        assert_eq!(read(json!({"type": "stdio", "command": " "})), Err(ServerFault::Command));
        assert_eq!(read(json!({"type": "stdio", "command": "x", "args": vec![""; 65]})), Err(ServerFault::Bounds));
        let key = read(json!({"type": "stdio", "command": "x", "env": {"A=B": "s"}}));
        assert_eq!(key, Err(ServerFault::Key("A=B".into())));
        let value = read(json!({"type": "http", "url": "https://x.example", "headers": {"X-Key": "a\nb"}}));
        assert_eq!(value, Err(ServerFault::Value("X-Key".into())));
        for url in ["file:///etc/passwd", "https://ada:secret@x.example/"] {
            assert_eq!(read(json!({"type": "http", "url": url})), Err(ServerFault::Address), "{url}");
        }
        assert!(serde_json::from_value::<Server>(json!({"type": "stdio", "command": "x", "cwd": "/"})).is_err());
    }

    #[test]
    fn what_is_masked_is_each_word_of_a_header_and_what_an_address_asks_with() {
        let server: Server = serde_json::from_value(json!({
            "type": "http",
            "url": "https://x.example/mcp?key=in-the-address",
            "headers": {"Authorization": "Bearer in-the-header"},
        }))
        .unwrap();
        let values: Vec<_> = server.values().map(|value| value.expose_secret().to_owned()).collect();
        assert_eq!(values, ["Bearer", "in-the-header", "in-the-address"]);
    }

    #[test]
    fn a_name_is_plain_and_secrets_do_not_show() {
        for name in ["", "A", "a b", "a/b", "a.b", &"a".repeat(33)] {
            assert_eq!(name.parse::<ServerName>(), Err(ServerFault::Name), "{name:?}");
        }
        let server: Server =
            serde_json::from_value(json!({"type": "stdio", "command": "x", "env": {"TOKEN": "hush-hush"}})).unwrap();
        assert!(!format!("{server:?}").contains("hush"));
        assert_eq!(server.exposed()["env"]["TOKEN"], "hush-hush");
    }
}
