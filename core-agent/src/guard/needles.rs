//! Finding known values in text.

use super::MASK;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

/// Shorter values are not masked: they would be found in innocent text. Every credential of the vendor is longer.
const MIN_LENGTH: usize = 12;

/// A set of values, and where they occur.
#[derive(Default)]
pub(super) struct Needles {
    /// Printable ASCII, at least `MIN_LENGTH` long, longest first: where one is the beginning of another, the longer
    /// one is found.
    values: Vec<SecretString>,
    /// Whether a value begins with this byte: most positions are ruled out by one look-up.
    first: Option<Box<[bool; 256]>>,
}

impl std::fmt::Debug for Needles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needles").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

/// What the text says at the leftmost position where it says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Find {
    /// A value from `start` to `end`.
    Value { start: usize, end: usize },
    /// From here to the end the text is a proper beginning of a value: more text decides.
    Undecided { start: usize },
}

pub(super) fn equal(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()).into()
}

impl Needles {
    pub(super) fn new<'a>(values: impl Iterator<Item = &'a SecretString>) -> Self {
        let mut values: Vec<SecretString> =
            values.filter(|value| is_maskable(value.expose_secret())).cloned().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.expose_secret().len()));
        let mut first = Box::new([false; 256]);
        for value in &values {
            first[usize::from(value.expose_secret().as_bytes()[0])] = true;
        }
        Self { first: (!values.is_empty()).then_some(first), values }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The leftmost value, the longest of several that begin there.
    pub(super) fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        self.starts(text).find_map(|start| {
            let value = self.values.iter().find(|value| text[start..].starts_with(value.expose_secret().as_bytes()))?;
            Some((start, start + value.expose_secret().len()))
        })
    }

    /// As [`find`](Self::find), for text that may go on.
    pub(super) fn find_in_part(&self, text: &[u8]) -> Option<Find> {
        self.starts(text).find_map(|start| {
            let rest = &text[start..];
            // Longest first: a longer value that may still come about is preferred to a shorter one that is there.
            self.values.iter().find_map(|value| {
                let value = value.expose_secret().as_bytes();
                if rest.starts_with(value) {
                    Some(Find::Value { start, end: start + value.len() })
                } else if value.starts_with(rest) {
                    Some(Find::Undecided { start })
                } else {
                    None
                }
            })
        })
    }

    fn starts<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let first = self.first.as_deref();
        text.iter()
            .enumerate()
            .filter(move |(_, byte)| first.is_some_and(|first| first[usize::from(**byte)]))
            .map(|(start, _)| start)
    }

    /// Masks every value in a complete text. Values are ASCII, so their edges are character boundaries.
    pub(super) fn mask(&self, text: String) -> String {
        let Some(mut found) = self.find(text.as_bytes()) else { return text };
        let mut masked = String::with_capacity(text.len());
        let mut rest = text.as_str();
        loop {
            masked.push_str(&rest[..found.0]);
            masked.push_str(MASK);
            rest = &rest[found.1..];
            match self.find(rest.as_bytes()) {
                Some(next) => found = next,
                None => break,
            }
        }
        masked.push_str(rest);
        masked
    }
}

fn is_maskable(value: &str) -> bool {
    value.len() >= MIN_LENGTH && value.bytes().all(|byte| byte.is_ascii_graphic())
}
