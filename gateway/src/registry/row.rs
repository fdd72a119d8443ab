//! Between Rust's types and SQLite's: times are unix milliseconds, ids are text, hashes are 32 bytes.

use super::RegistryError;
use protocol::secret::SecretHash;
use std::str::FromStr;
use time::OffsetDateTime;

/// Where a value stands, for the error when it cannot be understood.
#[derive(Clone, Copy)]
pub(super) struct Place<'r> {
    pub(super) table: &'static str,
    pub(super) row: &'r str,
}

impl Place<'_> {
    pub(super) fn unreadable(self, column: &'static str) -> RegistryError {
        RegistryError::Unreadable { table: self.table, column, row: self.row.to_owned() }
    }

    pub(super) fn time(self, column: &'static str, millis: i64) -> Result<OffsetDateTime, RegistryError> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).map_err(|_| self.unreadable(column))
    }

    pub(super) fn optional_time(
        self,
        column: &'static str,
        millis: Option<i64>,
    ) -> Result<Option<OffsetDateTime>, RegistryError> {
        millis.map(|millis| self.time(column, millis)).transpose()
    }

    pub(super) fn parse<T: FromStr>(self, column: &'static str, text: &str) -> Result<T, RegistryError> {
        text.parse().map_err(|_| self.unreadable(column))
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(
        self,
        column: &'static str,
        text: &str,
    ) -> Result<T, RegistryError> {
        serde_json::from_str(text).map_err(|_| self.unreadable(column))
    }

    pub(super) fn hash(self, column: &'static str, bytes: &[u8]) -> Result<SecretHash, RegistryError> {
        bytes.try_into().map(SecretHash::from_stored).map_err(|_| self.unreadable(column))
    }
}

/// Milliseconds since 1970. The last moment that `time` knows is far within an `i64`.
pub(super) fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// JSON of values that are always JSON: strings, maps of strings, our own structs.
pub(super) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("what the registry stores as JSON has string keys and no failing part")
}
