//! One MCP server, as an administrator describes it.

use super::start::Starter;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
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
    #[error(
        "a server of every session is named by an absolute path, or by a name that PATH leads to: a relative path would be \
         another program in each workspace"
    )]
    Relative,
    #[error("a server has at most {MOST} arguments, variables or headers, of at most {LONGEST_TEXT} bytes each")]
    Bounds,
    #[error("an address begins with http:// or https:// and holds no password")]
    Address,
    #[error("{0:?} is given both as a secret and as none")]
    Twice(String),
    #[error("{0:?} is a secret: it goes into secret_headers")]
    Secret(String),
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

/// Headers that hold nothing but secrets.
const SECRET_HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// How it is reached. What is secret of it is handed to the CLI, told to nobody else, and masked wherever it appears.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Server {
    /// A program that the CLI starts, as the Core's user.
    Stdio {
        command: String,
        #[serde(default)]
        args: Vec<String>,
        /// Variables that anybody may know.
        #[serde(default)]
        env: BTreeMap<String, String>,
        /// Variables that nobody is shown again.
        #[serde(default)]
        #[schema(value_type = std::collections::HashMap<String, String>, write_only)]
        secret_env: BTreeMap<String, SecretString>,
    },
    Http {
        #[schema(value_type = String)]
        url: Url,
        /// Headers that anybody may know.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Headers that nobody is shown again.
        #[serde(default)]
        #[schema(value_type = std::collections::HashMap<String, String>, write_only)]
        secret_headers: BTreeMap<String, SecretString>,
    },
}

impl Server {
    /// `of_all`: whether it is one of every session.
    pub fn check(&self, of_all: bool) -> Result<(), ServerFault> {
        let bounded = |text: &str| text.len() <= LONGEST_TEXT;
        match self {
            Self::Stdio { command, args, env, secret_env } => {
                if command.trim().is_empty() || !bounded(command) || command.contains('\0') {
                    return Err(ServerFault::Command);
                }
                if of_all && command.contains('/') && !command.starts_with('/') {
                    return Err(ServerFault::Relative);
                }
                if args.len() > MOST || !args.iter().all(|argument| bounded(argument) && !argument.contains('\0')) {
                    return Err(ServerFault::Bounds);
                }
                let variable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                check_values(env, secret_env, variable, |value| !value.contains('\0'))
            }
            Self::Http { url, headers, secret_headers } => {
                let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
                if !plain || url.password().is_some() || !url.username().is_empty() || !bounded(url.as_str()) {
                    return Err(ServerFault::Address);
                }
                let header = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let secret = |name: &&String| SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret));
                if let Some(name) = headers.keys().find(secret) {
                    return Err(ServerFault::Secret(name.clone()));
                }
                check_values(headers, secret_headers, header, |value| http::HeaderValue::from_str(value).is_ok())
            }
        }
    }

    /// Its secrets, each word by itself: of `Bearer …` what follows is the secret.
    pub(super) fn values(&self) -> impl Iterator<Item = SecretString> {
        let (values, query) = match self {
            Self::Stdio { secret_env, .. } => (secret_env, Vec::new()),
            Self::Http { url, secret_headers, .. } => {
                (secret_headers, url.query_pairs().map(|(_, value)| value.into_owned()).collect())
            }
        };
        let words = values.values().flat_map(|value| value.expose_secret().split_ascii_whitespace());
        words.map(SecretString::from).chain(query.into_iter().map(SecretString::from)).collect::<Vec<_>>().into_iter()
    }

    /// As it was set, secrets and all: for a private file alone.
    pub(super) fn exposed(&self) -> Value {
        match self {
            Self::Stdio { command, args, env, secret_env } => {
                let secret_env = exposed(secret_env);
                json!({ "type": "stdio", "command": command, "args": args, "env": env, "secret_env": secret_env })
            }
            Self::Http { url, headers, secret_headers } => {
                json!({ "type": "http", "url": url, "headers": headers, "secret_headers": exposed(secret_headers) })
            }
        }
    }

    /// As the CLI reads it, for a private file as well. `of_all`: whether it is one of every session.
    pub(super) fn told(&self, starter: &Starter, of_all: bool) -> Value {
        let joined =
            |plain: &BTreeMap<String, String>, secret: &BTreeMap<String, SecretString>| -> Map<String, Value> {
                let plain = plain.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
                plain.chain(exposed(secret)).collect()
            };
        match self {
            Self::Stdio { command, args, env, secret_env } => {
                let (command, args) = starter.told(command, args, of_all);
                json!({ "type": "stdio", "command": command, "args": args, "env": joined(env, secret_env) })
            }
            Self::Http { url, headers, secret_headers } => {
                json!({ "type": "http", "url": url, "headers": joined(headers, secret_headers) })
            }
        }
    }
}

fn exposed(values: &BTreeMap<String, SecretString>) -> Map<String, Value> {
    values.iter().map(|(key, value)| (key.clone(), Value::from(value.expose_secret()))).collect()
}

fn check_values(
    plain: &BTreeMap<String, String>,
    secret: &BTreeMap<String, SecretString>,
    key: impl Fn(u8) -> bool,
    value: impl Fn(&str) -> bool,
) -> Result<(), ServerFault> {
    if plain.len() + secret.len() > MOST {
        return Err(ServerFault::Bounds);
    }
    // Headers' names differ by more than their case.
    let twice = |name: &&String| secret.keys().any(|secret| secret.eq_ignore_ascii_case(name));
    if let Some(name) = plain.keys().find(twice) {
        return Err(ServerFault::Twice(name.clone()));
    }
    let plain = plain.iter().map(|(name, text)| (name, text.as_str()));
    for (name, text) in plain.chain(secret.iter().map(|(name, secret)| (name, secret.expose_secret()))) {
        if name.is_empty() || name.len() > 256 || !name.bytes().all(&key) {
            return Err(ServerFault::Key(name.clone()));
        }
        if text.len() > LONGEST_TEXT || !value(text) {
            return Err(ServerFault::Value(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervise::Supervisor;

    fn read(server: Value) -> Result<(), ServerFault> {
        serde_json::from_value::<Server>(server).unwrap().check(false)
    }

    #[test]
    fn a_server_is_a_program_or_an_address_within_bounds() {
        assert_eq!(
            read(json!({"type": "stdio", "command": "/usr/bin/x", "args": ["-a"], "secret_env": {"TOKEN": "s"}})),
            Ok(())
        );
        assert_eq!(read(json!({"type": "http", "url": "https://x.example/mcp", "headers": {"X-Key": "s"}})), Ok(()));
        assert_eq!(read(json!({"type": "stdio", "command": " "})), Err(ServerFault::Command));
        assert_eq!(read(json!({"type": "stdio", "command": "x", "args": vec![""; 65]})), Err(ServerFault::Bounds));
        let key = read(json!({"type": "stdio", "command": "x", "env": {"A=B": "s"}}));
        assert_eq!(key, Err(ServerFault::Key("A=B".into())));
        let value = read(json!({"type": "http", "url": "https://x.example", "secret_headers": {"X-Key": "a\nb"}}));
        assert_eq!(value, Err(ServerFault::Value("X-Key".into())));
        let twice = json!({"type": "stdio", "command": "x", "env": {"A": "1"}, "secret_env": {"A": "2"}});
        assert_eq!(read(twice), Err(ServerFault::Twice("A".into())));
        let shown = json!({"type": "http", "url": "https://x.example", "headers": {"authorization": "Bearer x"}});
        assert_eq!(read(shown), Err(ServerFault::Secret("authorization".into())));
        for url in ["file:///etc/passwd", "https://ada:secret@x.example/"] {
            assert_eq!(read(json!({"type": "http", "url": url})), Err(ServerFault::Address), "{url}");
        }
        assert!(serde_json::from_value::<Server>(json!({"type": "stdio", "command": "x", "cwd": "/"})).is_err());
    }

    #[test]
    fn a_server_of_every_session_is_no_program_of_a_workspace() {
        for (command, of_all) in [("./x", false), ("bin/x", false), ("../x", false), ("x", true), ("/opt/x", true)] {
            let server = || serde_json::from_value::<Server>(json!({"type": "stdio", "command": command})).unwrap();
            assert_eq!(server().check(false), Ok(()), "{command}");
            let expected = if of_all { Ok(()) } else { Err(ServerFault::Relative) };
            assert_eq!(server().check(true), expected, "{command}");
        }
    }

    #[test]
    fn what_is_masked_is_each_word_of_a_header_and_what_an_address_asks_with() {
        let server: Server = serde_json::from_value(json!({
            "type": "http",
            "url": "https://x.example/mcp?key=in-the-address",
            "headers": {"X-Region": "anybody-may-know"},
            "secret_headers": {"Authorization": "Bearer in-the-header"},
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
        let secret = json!({"type": "stdio", "command": "x", "secret_env": {"TOKEN": "hush-hush"}, "env": {"A": "b"}});
        let server: Server = serde_json::from_value(secret).unwrap();
        assert!(!format!("{server:?}").contains("hush"));
        assert_eq!(server.exposed()["secret_env"]["TOKEN"], "hush-hush");
        let told = server.told(&Starter::new(Supervisor::at("/opt/core-agent"), ""), false);
        assert_eq!(told["env"], json!({"A": "b", "TOKEN": "hush-hush"}), "to the CLI they are all alike");
    }
}
