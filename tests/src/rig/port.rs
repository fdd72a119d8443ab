//! Ports that are free at the moment.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the system gives to outgoing connections, of which the tests make thousands.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

/// A loopback port that nobody listens on. They are handed out in turn, so another test does not get it soon.
pub fn free() -> u16 {
    // Test binaries that run at the same time begin at different places.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let offset = u16::try_from(std::process::id().wrapping_mul(7_919) % u32::from(COUNT)).expect("a remainder");
    loop {
        let port = FIRST + (offset + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
