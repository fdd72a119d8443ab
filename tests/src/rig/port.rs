//! Ports that are free at the moment.

use std::net::{Ipv4Addr, TcpListener};

/// A loopback port that nobody listens on. The system hands ports out in turn, so another does not get it soon.
pub fn free() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
