//! Reading the configuration, and saying precisely what is wrong with it.

use super::Config;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::{Table, Value};

/// A key's variable is this prefix and the key in capitals, with `_` for the dot: `CONDRIX_GATEWAY_TLS_KEY`.
pub const ENV_PREFIX: &str = "CONDRIX_GATEWAY_";
/// Names the configuration file, and is therefore no key.
const CONFIG_FILE_VARIABLE: &str = "CONDRIX_GATEWAY_CONFIG";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Invalid { path: PathBuf, source: toml::de::Error },
    #[error("{name}: no key of the configuration is called that")]
    UnknownVariable { name: String },
    #[error("{name}: {message}")]
    Variable { name: String, message: String },
    #[error("{}", problems.join("\n"))]
    Refused { problems: Vec<String> },
}

impl ConfigError {
    /// `EX_CONFIG` of sysexits.h.
    pub const EXIT_CODE: u8 = 78;
}

impl Config {
    /// Reads the file (without one, the defaults hold) and the environment's variables.
    pub fn load(path: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let (text, source) = match path {
            Some(path) => {
                let read = std::fs::read_to_string(path);
                let text = read.map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
                (text, path.to_owned())
            }
            None => (String::new(), PathBuf::from("built-in defaults")),
        };
        let config = Self::from_text(&text, &source, env)?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            let problems = problems.iter().map(|problem| format!("{}: {problem}", source.display())).collect();
            Err(ConfigError::Refused { problems })
        }
    }

    fn from_text(text: &str, source: &Path, env: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let invalid = |error| ConfigError::Invalid { path: source.to_owned(), source: error };
        // Once into the types for errors that show the line, once into a table that variables can be laid over.
        let mut config: Self = toml::from_str(text).map_err(invalid)?;
        let mut table: Table = toml::from_str(text).map_err(invalid)?;
        for (name, value) in env.filter(|(name, _)| name.starts_with(ENV_PREFIX) && name != CONFIG_FILE_VARIABLE) {
            let (section, key, default) = match key_of(&name) {
                Some(found) => found,
                None if is_of_orchestrator(&name, &value) => continue,
                None => return Err(ConfigError::UnknownVariable { name }),
            };
            let value = match default {
                Value::Integer(_) => value.parse().map(Value::Integer).unwrap_or(Value::String(value)),
                _ => Value::String(value),
            };
            let place = match &section {
                Some(section) => table
                    .entry(section.clone())
                    .or_insert_with(|| Value::Table(Table::new()))
                    .as_table_mut()
                    .ok_or_else(|| ConfigError::UnknownVariable { name: name.clone() })?,
                None => &mut table,
            };
            place.insert(key, value);
            config = table.clone().try_into().map_err(|error: toml::de::Error| ConfigError::Variable {
                name,
                message: error.message().to_owned(),
            })?;
        }
        Ok(config)
    }

    /// What types cannot say. Every problem names its key.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        check(self.tls.certificate.is_some() == self.tls.key.is_some(), "tls.certificate and tls.key go together");
        check(self.data_dir.is_absolute(), "data_dir: must be an absolute path");
        check(self.limits.connections > 0, "limits.connections: must be at least 1");
        check(self.limits.connections_per_address > 0, "limits.connections_per_address: must be at least 1");
        check(self.limits.head_bytes >= 4096, "limits.head_bytes: must be at least 4096");
        check(self.limits.body_bytes >= 4096, "limits.body_bytes: must be at least 4096");
        check(self.login.idle <= self.login.absolute, "login.idle: must not be longer than login.absolute");
        // Keys of access tokens are kept for a day after the last token that they signed.
        let (hour, year) = (Duration::from_hours(1), Duration::from_hours(24 * 365));
        check(self.tokens.access <= hour * 12, "tokens.access: must be at most 12h");
        check(self.login.absolute <= year, "login.absolute: must be at most a year");
        check(self.shutdown_deadline <= hour, "shutdown_deadline: must be at most 1h");
        for (key, duration, shortest) in [
            ("limits.header_deadline", self.limits.header_deadline, 1),
            ("limits.body_deadline", self.limits.body_deadline, 1),
            ("limits.write_deadline", self.limits.write_deadline, 1),
            ("limits.silence_deadline", self.limits.silence_deadline, 1),
            ("login.idle", self.login.idle, 60),
            ("tokens.access", self.tokens.access, 30),
            ("tokens.pairing", self.tokens.pairing, 1),
            ("tokens.setup", self.tokens.setup, 60),
        ] {
            let shortest = Duration::from_secs(shortest);
            check(duration >= shortest && duration <= year, &format!("{key}: must be {shortest:?} to a year"));
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log.level) {
            check(false, &format!("log.level: {error}"));
        }
        problems
    }
}

/// Whether a variable is one of those that Kubernetes and older Docker set for a service called like this program:
/// `…_SERVICE_HOST`, `…_SERVICE_PORT_HTTPS`, `…_PORT_8443_TCP_ADDR`, and `…_PORT` with an address in it.
fn is_of_orchestrator(name: &str, value: &str) -> bool {
    let of_port = |(_, rest): (&str, &str)| rest.starts_with(|first: char| first.is_ascii_digit());
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.split_once("_PORT_").is_some_and(of_port)
        || (name.ends_with("_PORT") && value.contains("://"))
}

/// The section, the key and its default for a variable's name.
fn key_of(name: &str) -> Option<(Option<String>, String, Value)> {
    let wanted = name.strip_prefix(ENV_PREFIX)?;
    let is_wanted = |key: &str| key.to_uppercase() == wanted;
    let defaults = every_key();
    for (key, value) in &defaults {
        match value {
            Value::Table(section) => {
                let found = section.iter().find(|(inner, _)| is_wanted(&format!("{key}_{inner}")));
                if let Some((inner, value)) = found {
                    return Some((Some(key.clone()), inner.clone(), value.clone()));
                }
            }
            _ if is_wanted(key) => return Some((None, key.clone(), value.clone())),
            _ => {}
        }
    }
    None
}

/// The defaults as a table, with a place for the keys that have none.
fn every_key() -> Table {
    let defaults = Config {
        tls: super::Tls { certificate: Some(PathBuf::new()), key: Some(PathBuf::new()) },
        ..Config::default()
    };
    Table::try_from(defaults).expect("the configuration is made of strings, numbers and tables")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../config/gateway.toml");

    fn read(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_text(text, Path::new("gateway.toml"), env)
    }

    #[test]
    fn the_shipped_file_says_what_the_defaults_are() {
        assert_eq!(read(SHIPPED, &[]).unwrap(), Config::default());
        assert!(Config::default().problems().is_empty());
    }

    #[test]
    fn the_shipped_file_shows_every_key_with_a_sentence() {
        let mut section = String::new();
        let mut shown = Vec::new();
        let mut sentence = false;
        for line in SHIPPED.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = format!("{}.", name.trim_end_matches(']'));
            } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
                assert!(sentence, "{key} has no sentence");
                shown.push(format!("{section}{key}"));
            }
            sentence = line.starts_with("# ");
        }
        let mut keys = Vec::new();
        for (key, value) in every_key() {
            match value {
                Value::Table(inner) => keys.extend(inner.keys().map(|inner| format!("{key}.{inner}"))),
                _ => keys.push(key),
            }
        }
        shown.sort();
        keys.sort();
        assert_eq!(shown, keys);
    }

    #[test]
    fn every_key_can_be_set_by_its_variable() {
        let config = read(
            "[limits]\nhead_bytes = 5000\n",
            &[
                ("CONDRIX_GATEWAY_LISTEN", "127.0.0.1:1"),
                ("CONDRIX_GATEWAY_TLS_KEY", "/k"),
                ("CONDRIX_GATEWAY_LIMITS_CONNECTIONS_PER_ADDRESS", "7"),
                ("CONDRIX_GATEWAY_LOGIN_IDLE", "2h"),
                ("CONDRIX_GATEWAY_LOG_FORMAT", "json"),
                ("CONDRIX_GATEWAY_CONFIG", "/etc/condrix/gateway.toml"),
                ("UNRELATED", "x"),
            ],
        )
        .unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.tls.key, Some("/k".into()));
        assert_eq!(config.limits.connections_per_address, 7);
        assert_eq!(config.limits.head_bytes, 5000, "a variable leaves its section's other keys alone");
        assert_eq!(config.login.idle, Duration::from_hours(2));
    }

    #[test]
    fn what_an_orchestrator_sets_for_a_service_of_this_name_is_no_key_and_a_mistake_is_still_told() {
        for (name, value) in [
            ("CONDRIX_GATEWAY_SERVICE_HOST", "10.0.0.1"),
            ("CONDRIX_GATEWAY_SERVICE_PORT", "8443"),
            ("CONDRIX_GATEWAY_SERVICE_PORT_HTTPS", "8443"),
            ("CONDRIX_GATEWAY_PORT", "tcp://10.0.0.1:8443"),
            ("CONDRIX_GATEWAY_PORT_8443_TCP", "tcp://10.0.0.1:8443"),
            ("CONDRIX_GATEWAY_PORT_8443_TCP_ADDR", "10.0.0.1"),
            ("CONDRIX_GATEWAY_METRICS_SERVICE_HOST", "10.0.0.2"),
        ] {
            assert_eq!(read("", &[(name, value)]).unwrap(), Config::default(), "{name}");
        }
        for name in ["CONDRIX_GATEWAY_PORT", "CONDRIX_GATEWAY_LISTEN_PORT", "CONDRIX_GATEWAY_PORT_NAME"] {
            assert!(matches!(read("", &[(name, "8443")]), Err(ConfigError::UnknownVariable { .. })), "{name}");
        }
    }

    #[test]
    fn what_would_last_too_long_is_refused_with_its_key() {
        let text = "shutdown_deadline = \"2h\"\n[tokens]\naccess = \"13h\"\n[login]\nabsolute = \"9999y\"";
        let problems = read(text, &[]).unwrap().problems().join("\n");
        for key in ["shutdown_deadline", "tokens.access", "login.absolute"] {
            assert!(problems.contains(key), "{key} is missing in: {problems}");
        }
    }

    #[test]
    fn an_error_names_the_key_and_where_it_was_said() {
        for (text, env, words) in [
            ("listne = \"[::]:1\"", &[][..], &["gateway.toml", "listne"][..]),
            ("listen = 5", &[], &["gateway.toml", "listen"]),
            ("[limits]\nheader_deadline = \"soon\"", &[], &["gateway.toml", "header_deadline"]),
            ("", &[("CONDRIX_GATEWAY_LISTNE", "x")], &["CONDRIX_GATEWAY_LISTNE"]),
            ("", &[("CONDRIX_GATEWAY_LISTEN", "x")], &["CONDRIX_GATEWAY_LISTEN"]),
            ("", &[("CONDRIX_GATEWAY_LIMITS_CONNECTIONS", "many")], &["CONDRIX_GATEWAY_LIMITS_CONNECTIONS"]),
            ("public_url = \"http://x\"", &[], &["gateway.toml", "public_url", "https"]),
        ] {
            let error = read(text, env).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "{word} is missing in: {error}");
            }
        }
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let config = read("data_dir = \"here\"\n[tls]\nkey = \"/k\"\n[log]\nlevel = \"x=y=z\"", &[]).unwrap();
        let problems = config.problems().join("\n");
        for key in ["data_dir", "tls.certificate", "log.level"] {
            assert!(problems.contains(key), "{key} is missing in: {problems}");
        }
    }
}
