//! How often somebody may try. Pure but for the tables: the clock is passed in.
//!
//! Nothing here locks anybody out: an address waits for at most a minute, an account for at most a minute, and whoever
//! logged in from an address before does not wait for what others do to the account.

use protocol::secret::SecretHash;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use time::{Duration, OffsetDateTime};

/// Come back after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct Throttled {
    pub retry_after: std::time::Duration,
}

impl Throttled {
    pub(super) fn until(later: OffsetDateTime, now: OffsetDateTime) -> Self {
        // At least a second: the header counts in whole ones.
        let wait = (later - now).max(Duration::SECOND);
        Self { retry_after: wait.unsigned_abs() }
    }
}

const WINDOW: Duration = Duration::MINUTE;
const LOGINS_PER_ADDRESS: usize = 3;
const GUESSES_PER_ADDRESS: usize = 20;
const LONGEST_DELAY: Duration = Duration::MINUTE;
/// A quiet account starts afresh.
const FORGOTTEN: Duration = Duration::minutes(15);
/// Tables are bounded: an attacker with more addresses than this meets the account's delay instead.
const MOST_ENTRIES: usize = 10_000;
const MOST_KNOWN_ADDRESSES: usize = 8;

/// Attempts per address and minute.
#[derive(Debug)]
pub(super) struct AddressLimit {
    most: usize,
    attempts: HashMap<IpAddr, Vec<OffsetDateTime>>,
}

impl Default for AddressLimit {
    fn default() -> Self {
        Self::new(GUESSES_PER_ADDRESS)
    }
}

impl AddressLimit {
    fn new(most: usize) -> Self {
        Self { most, attempts: HashMap::new() }
    }

    /// Drops what does not count any more.
    pub(super) fn forget(&mut self, now: OffsetDateTime) {
        self.attempts.retain(|_, attempts| attempts.iter().any(|at| !is_over(*at, WINDOW, now)));
    }

    /// Counts an attempt, before its outcome is known: parallel ones must not slip through.
    pub(super) fn take(&mut self, from: IpAddr, now: OffsetDateTime) -> Result<(), Throttled> {
        make_room(&mut self.attempts, |attempts| attempts.iter().all(|at| is_over(*at, WINDOW, now)));
        let attempts = self.attempts.entry(network(from)).or_default();
        attempts.retain(|at| !is_over(*at, WINDOW, now));
        match attempts.first() {
            Some(first) if attempts.len() >= self.most => Err(Throttled::until(*first + WINDOW, now)),
            _ => {
                attempts.push(now);
                Ok(())
            }
        }
    }

    pub(super) fn give_back(&mut self, from: IpAddr) {
        if let Some(attempts) = self.attempts.get_mut(&network(from)) {
            attempts.pop();
        }
    }
}

#[derive(Debug)]
struct Account {
    failures: u32,
    last: OffsetDateTime,
    not_before: OffsetDateTime,
    known: Vec<IpAddr>,
}

/// Password guesses: per address, and per account whether it exists or not.
#[derive(Debug)]
pub(super) struct LoginThrottle {
    addresses: AddressLimit,
    /// By a hash of the name: a name is whatever somebody who is nobody yet has sent, and as long as that.
    accounts: HashMap<SecretHash, Account>,
}

impl Default for LoginThrottle {
    fn default() -> Self {
        Self { addresses: AddressLimit::new(LOGINS_PER_ADDRESS), accounts: HashMap::new() }
    }
}

impl Account {
    fn is_stale(&self, now: OffsetDateTime) -> bool {
        is_over(self.last, FORGOTTEN, now) && self.known.is_empty()
    }
}

fn account(name: &str) -> SecretHash {
    SecretHash::of_bytes(name.to_ascii_lowercase().as_bytes())
}

impl LoginThrottle {
    /// Drops what does not count any more.
    pub(super) fn forget(&mut self, now: OffsetDateTime) {
        self.addresses.forget(now);
        self.accounts.retain(|_, account| !account.is_stale(now));
    }

    /// Lets an attempt begin, or says how long to wait. What begins counts as a failure until [`Self::succeeded`].
    pub(super) fn begin(&mut self, name: &str, from: IpAddr, now: OffsetDateTime) -> Result<(), Throttled> {
        let (name, from) = (account(name), network(from));
        if let Some(account) = self.accounts.get(&name)
            && !account.known.contains(&from)
            // A clock that was set back must not make anybody wait longer than the longest delay.
            && (Duration::ZERO..=LONGEST_DELAY).contains(&(account.not_before - now))
            && account.not_before > now
        {
            return Err(Throttled::until(account.not_before, now));
        }
        self.addresses.take(from, now)?;
        make_room(&mut self.accounts, |account| account.is_stale(now));
        let fresh = Account { failures: 0, last: now, not_before: now, known: Vec::new() };
        let account = self.accounts.entry(name).or_insert(fresh);
        if is_over(account.last, FORGOTTEN, now) {
            account.failures = 0;
        }
        account.failures = account.failures.saturating_add(1);
        account.last = now;
        account.not_before = now + delay(account.failures);
        Ok(())
    }

    pub(super) fn succeeded(&mut self, name: &str, from: IpAddr) {
        self.addresses.give_back(from);
        if let Some(account) = self.accounts.get_mut(&account(name)) {
            account.failures = 0;
            account.not_before = account.last;
            let from = network(from);
            account.known.retain(|known| *known != from);
            if account.known.len() == MOST_KNOWN_ADDRESSES {
                account.known.remove(0);
            }
            account.known.push(from);
        }
    }
}

/// One second after the first failure, twice as long after each further one.
fn delay(failures: u32) -> Duration {
    let seconds = 1_i64.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(i64::MAX);
    Duration::seconds(seconds).min(LONGEST_DELAY)
}

/// Whether something is so long ago. What lies in the future, by a clock that was set back, is over too.
fn is_over(at: OffsetDateTime, after: Duration, now: OffsetDateTime) -> bool {
    now - at >= after || at > now
}

/// Whoever has one IPv6 address has a whole network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Keeps a table bounded. When everything in a full one still counts, a part of it goes all the same: in one sweep, so
/// that an attacker who fills the table does not make each attempt search all of it.
fn make_room<K: Hash + Eq, V>(table: &mut HashMap<K, V>, is_stale: impl Fn(&V) -> bool) {
    if table.len() < MOST_ENTRIES {
        return;
    }
    table.retain(|_, entry| !is_stale(entry));
    let mut surplus = (table.len() + MOST_ENTRIES / 10).saturating_sub(MOST_ENTRIES);
    table.retain(|_, _| {
        let goes = surplus > 0;
        surplus -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    const START: OffsetDateTime = time::macros::datetime!(2026-11-01 12:00 UTC);

    #[test]
    fn an_address_has_three_attempts_a_minute() {
        let mut throttle = LoginThrottle::default();
        for name in ["a", "b", "c"] {
            throttle.begin(name, address(1), START).unwrap();
        }
        let refused = throttle.begin("d", address(1), START + Duration::seconds(10)).unwrap_err();
        assert_eq!(refused.retry_after.as_secs(), 50);
        throttle.begin("d", address(2), START).expect("another address is not meant");
        throttle.begin("d", address(1), START + Duration::MINUTE).unwrap();
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let mut limit = AddressLimit::new(1);
        limit.take("2001:db8::1".parse().unwrap(), START).unwrap();
        limit.take("2001:db8::ffff:2".parse().unwrap(), START).unwrap_err();
        limit.take("2001:db8:0:1::1".parse().unwrap(), START).unwrap();
        limit.take("::ffff:192.0.2.1".parse().unwrap(), START).unwrap();
        limit.take("192.0.2.1".parse().unwrap(), START).unwrap_err();
    }

    #[test]
    fn an_account_waits_longer_after_each_failure_but_never_more_than_a_minute() {
        let mut throttle = LoginThrottle::default();
        let mut now = START;
        for number in 0..40 {
            throttle.begin("ada", address(number), now).unwrap();
            let refused = throttle.begin("ADA", address(number + 100), now).unwrap_err();
            let expected = 2_u64.pow(u32::from(number).min(10)).min(60);
            assert_eq!(refused.retry_after.as_secs(), expected, "after {} failures", number + 1);
            now += refused.retry_after;
        }
        throttle.begin("bob", address(200), now).expect("another account is not meant");
    }

    #[test]
    fn success_forgets_failures_and_gives_the_attempt_back() {
        let mut throttle = LoginThrottle::default();
        for _ in 0..10 {
            throttle.begin("ada", address(1), START).unwrap();
            throttle.succeeded("ada", address(1));
        }
    }

    #[test]
    fn whoever_logged_in_from_an_address_before_is_not_kept_out_by_others() {
        let mut throttle = LoginThrottle::default();
        throttle.begin("ada", address(1), START).unwrap();
        throttle.succeeded("ada", address(1));
        let mut now = START;
        for number in 100..120 {
            now += LONGEST_DELAY;
            throttle.begin("ada", address(number), now).unwrap();
        }
        throttle.begin("ada", address(99), now).unwrap_err();
        throttle.begin("ada", address(1), now).expect("the owner is known here");
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait() {
        let mut throttle = LoginThrottle::default();
        for _ in 0..3 {
            throttle.begin("ada", address(1), START).ok();
        }
        throttle.begin("ada", address(1), START - Duration::hours(5)).unwrap();
    }

    #[test]
    fn what_does_not_count_any_more_is_forgotten_and_a_known_address_is_not() {
        let mut throttle = LoginThrottle::default();
        throttle.begin("ada", address(1), START).unwrap();
        throttle.succeeded("ada", address(1));
        throttle.begin("eve", address(2), START).unwrap();
        throttle.forget(START + Duration::seconds(30));
        assert_eq!((throttle.accounts.len(), throttle.addresses.attempts.len()), (2, 1), "it still counts");
        throttle.forget(START + FORGOTTEN);
        assert_eq!((throttle.accounts.len(), throttle.addresses.attempts.len()), (1, 0));
        assert!(throttle.accounts.contains_key(&account("Ada")));
    }

    #[test]
    fn the_tables_are_bounded() {
        let mut throttle = LoginThrottle::default();
        for number in 0..25_000_u32 {
            let from = IpAddr::from(number.to_be_bytes());
            throttle.begin(&number.to_string(), from, START).unwrap();
        }
        assert!(throttle.accounts.len() <= MOST_ENTRIES);
        assert!(throttle.addresses.attempts.len() <= MOST_ENTRIES);
    }
}
