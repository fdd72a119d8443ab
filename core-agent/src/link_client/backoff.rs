//! When to try again. Pure: randomness is an argument.

use link::HandshakeError;
use protocol::link::Refusal;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const CAP: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// The network or the gateway is away for the moment.
    Quick,
    /// It will not change by itself within seconds: an administrator has to act.
    Slow,
}

/// How soon a refused handshake is worth another try.
pub(super) const fn pace(error: &HandshakeError) -> Pace {
    match error {
        HandshakeError::Frame(_) | HandshakeError::Exporter(_) => Pace::Quick,
        HandshakeError::Refused(
            Refusal::Version { .. } | Refusal::Handshake | Refusal::UnknownKey | Refusal::Revoked | Refusal::Fenced,
        )
        | HandshakeError::WrongGateway
        | HandshakeError::Version(_)
        | HandshakeError::Proof(_)
        | HandshakeError::Forged { .. } => Pace::Slow,
    }
}

/// Full jitter: anything up to a bound that doubles with each failure, so that a thousand agents whose gateway restarted do
/// not come back at once. `random` is in 0..1; `failures` counts those in a row, from 1; `slow` is the longest wait after a
/// refusal.
pub(super) fn delay(pace: Pace, failures: u32, random: f64, slow: Duration) -> Duration {
    match pace {
        Pace::Quick => {
            let doubled = FIRST.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
            doubled.min(CAP).mul_f64(random)
        }
        Pace::Slow => slow.mul_f64(f64::midpoint(random, 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use protocol::link::Version;

    const SLOW: Duration = Duration::from_mins(1);

    proptest! {
        #[test]
        fn a_delay_never_exceeds_its_cap(failures in any::<u32>(), random in 0.0..1.0_f64) {
            prop_assert!(delay(Pace::Quick, failures, random, SLOW) <= CAP);
            let slow = delay(Pace::Slow, failures, random, SLOW);
            prop_assert!(slow <= SLOW && slow >= SLOW / 2);
        }

        #[test]
        fn the_bound_grows_with_failures_until_the_cap(failures in 1..100_u32) {
            let of = |failures| delay(Pace::Quick, failures, 1.0, SLOW);
            let (now, later) = (of(failures), of(failures + 1));
            prop_assert!(later == (now * 2).min(CAP));
        }
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(delay(Pace::Quick, 50, 0.0, SLOW), Duration::ZERO);
        assert_eq!(delay(Pace::Quick, 1, 0.5, SLOW), FIRST / 2);
        assert_eq!(delay(Pace::Quick, 50, 0.5, SLOW), CAP / 2);
    }

    #[test]
    fn what_needs_an_administrator_is_tried_slowly() {
        assert_eq!(pace(&HandshakeError::Refused(Refusal::Revoked)), Pace::Slow);
        assert_eq!(pace(&HandshakeError::Version(Version { major: 2, minor: 0 })), Pace::Slow);
    }
}
