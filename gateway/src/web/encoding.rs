//! Which form of a file a client gets (RFC 9110, section 12.5.3).

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// In the order in which they are preferred where a client is indifferent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// What `Content-Encoding` says of it.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// How much a client wants each, from 0 to 1. None: it does not say.
#[derive(Default)]
struct Weights {
    brotli: Option<f32>,
    gzip: Option<f32>,
    identity: Option<f32>,
    any: Option<f32>,
}

/// Less than any client can write, and more than a refusal.
const UNMENTIONED: f32 = f32::MIN_POSITIVE;

impl Weights {
    fn of(asked: &HeaderMap) -> Self {
        let mut weights = Self::default();
        let lines = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        for item in lines.flat_map(|line| line.split(',')) {
            let (coding, parameter) = item.split_once(';').unwrap_or((item, "q=1"));
            let Some(weight) = weight(parameter) else { continue };
            let place = match coding.trim().to_ascii_lowercase().as_str() {
                "br" => &mut weights.brotli,
                "gzip" | "x-gzip" => &mut weights.gzip,
                "identity" => &mut weights.identity,
                "*" => &mut weights.any,
                _ => continue,
            };
            place.get_or_insert(weight);
        }
        weights
    }

    fn weight(&self, encoding: Encoding) -> f32 {
        match encoding {
            Encoding::Brotli => self.brotli.or(self.any).unwrap_or(0.0),
            Encoding::Gzip => self.gzip.or(self.any).unwrap_or(0.0),
            // It may always be sent, unless it is refused.
            Encoding::Identity => self.identity.or(self.any).unwrap_or(UNMENTIONED),
        }
    }
}

fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let weight: f32 = value.trim().parse().ok()?;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight)).then_some(weight)
}

/// The best of what there is. Whoever refuses all of it gets the file as it is: a refusal in return would help nobody.
pub(super) fn negotiate(asked: &HeaderMap, offered: impl IntoIterator<Item = Encoding>) -> Encoding {
    let weights = Weights::of(asked);
    let mut best = (Encoding::Identity, 0.0);
    for encoding in offered {
        let weight = weights.weight(encoding);
        if weight > best.1 {
            best = (encoding, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    fn asked(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (ACCEPT_ENCODING, line.parse().unwrap())).collect()
    }

    #[test]
    fn a_client_gets_what_it_wants_most_and_where_it_is_indifferent_the_shortest() {
        for (line, of_all, without_brotli) in [
            ("gzip, deflate, br, zstd", Brotli, Gzip),
            ("br", Brotli, Identity),
            ("gzip", Gzip, Gzip),
            ("x-gzip", Gzip, Gzip),
            ("GZIP;Q=1, BR;Q=0.9", Gzip, Gzip),
            ("gzip;q=0.5", Gzip, Gzip),
            ("br;q=0.5, gzip;q=0.5", Brotli, Gzip),
            ("br; q=0.2 , gzip ; q = 0.3", Gzip, Gzip),
            ("br;q=0.001, identity;q=0", Brotli, Identity),
            ("identity", Identity, Identity),
            ("identity, br;q=0.9", Identity, Identity),
            ("identity;q=0.5, gzip;q=0.4", Identity, Identity),
            ("*", Brotli, Gzip),
            ("*;q=0.5, gzip", Gzip, Gzip),
            ("br;q=0, *", Gzip, Gzip),
            ("br;q=0, gzip;q=0.0", Identity, Identity),
            ("gzip, *;q=0", Gzip, Gzip),
            ("*;q=0", Identity, Identity),
            ("identity;q=0", Identity, Identity),
            ("zstd, deflate", Identity, Identity),
            ("", Identity, Identity),
            // What is no weight is no wish.
            ("br;q=2, gzip", Gzip, Gzip),
            ("br;q=-1, gzip", Gzip, Gzip),
            ("br;q=, gzip;q=0.1", Gzip, Gzip),
            ("br;q=nan, gzip;level=9", Identity, Identity),
            ("brotli, gzipped", Identity, Identity),
            ("br;q=0, br", Identity, Identity),
        ] {
            let wished = asked(&[line]);
            assert_eq!(negotiate(&wished, [Brotli, Gzip, Identity]), of_all, "{line}");
            assert_eq!(negotiate(&wished, [Gzip, Identity]), without_brotli, "{line}");
            assert_eq!(negotiate(&wished, [Identity]), Identity, "{line}");
        }
    }

    #[test]
    fn several_lines_are_one_list_and_none_is_no_wish() {
        let all = [Brotli, Gzip, Identity];
        assert_eq!(negotiate(&asked(&["gzip;q=0.5", "br"]), all), Brotli);
        assert_eq!(negotiate(&asked(&[]), all), Identity);
    }
}
