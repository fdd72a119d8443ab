//! How large a terminal is.

use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;

/// Larger than any screen; a bound for the memory that a screen takes.
const MOST: u16 = 1_000;

/// In character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, try_from = "Unchecked")]
pub struct Size {
    #[schema(value_type = u16, minimum = 1, maximum = 1000)]
    rows: NonZeroU16,
    #[schema(value_type = u16, minimum = 1, maximum = 1000)]
    columns: NonZeroU16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    rows: u16,
    columns: u16,
}

#[derive(Debug, thiserror::Error)]
#[error("a terminal has 1 to {MOST} rows and columns")]
pub struct NoSize;

impl TryFrom<Unchecked> for Size {
    type Error = NoSize;

    fn try_from(Unchecked { rows, columns }: Unchecked) -> Result<Self, NoSize> {
        Self::new(rows, columns)
    }
}

impl Size {
    pub fn new(rows: u16, columns: u16) -> Result<Self, NoSize> {
        let side = |cells: u16| NonZeroU16::new(cells).filter(|cells| cells.get() <= MOST).ok_or(NoSize);
        Ok(Self { rows: side(rows)?, columns: side(columns)? })
    }

    pub const fn rows(self) -> NonZeroU16 {
        self.rows
    }

    pub const fn columns(self) -> NonZeroU16 {
        self.columns
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { rows: NonZeroU16::MIN.saturating_add(23), columns: NonZeroU16::MIN.saturating_add(79) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_checked_wherever_it_comes_from() {
        let read = |text| serde_json::from_str::<Size>(text);
        assert_eq!(read(r#"{"rows":24,"columns":80}"#).unwrap(), Size::default());
        for wrong in [r#"{"rows":0,"columns":80}"#, r#"{"rows":24,"columns":1001}"#, r#"{"rows":24}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
