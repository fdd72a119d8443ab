//! How many connections one address may hold.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Debug)]
pub(super) struct AddressCaps {
    limit: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    address: IpAddr,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl AddressCaps {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, counts: Arc::default() }
    }

    pub(super) fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = counted(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Place { address, counts: Arc::clone(&self.counts) })
    }
}

/// Whoever has one IPv6 address has its whole /64; an IPv4 address is itself, in IPv6 clothes too.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_holds_as_many_as_it_may_and_gives_places_back() {
        let caps = AddressCaps::new(2);
        let first = caps.admit(ip("192.0.2.1")).unwrap();
        let _second = caps.admit(ip("192.0.2.1")).unwrap();
        assert!(caps.admit(ip("192.0.2.1")).is_none());
        assert!(caps.admit(ip("192.0.2.2")).is_some(), "another address is not hindered");
        drop(first);
        assert!(caps.admit(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn one_network_of_addresses_counts_as_one_and_nothing_is_kept_of_those_who_left() {
        let caps = AddressCaps::new(1);
        let place = caps.admit(ip("2001:db8::1")).unwrap();
        assert!(caps.admit(ip("2001:db8::2")).is_none());
        assert!(caps.admit(ip("2001:db8:0:1::1")).is_some());
        drop(place);
        let mapped = caps.admit(ip("::ffff:192.0.2.1")).unwrap();
        assert!(caps.admit(ip("192.0.2.1")).is_none());
        drop(mapped);
        assert!(caps.counts.lock().unwrap().is_empty());
    }
}
