//! The link between an agent and its gateway: an authenticated handshake over TLS, then many streams over one
//! connection, and the certainty within seconds that a silent peer is dead.
//!
//! Both programs use this crate; what they put on the streams is theirs.

mod carried;
mod frame;
mod handshake;
mod mux;
mod stream;
mod watched;

pub use carried::{Carried, carrier_config};
pub use handshake::{Claim, HandshakeError, Verified, connect, receive};
pub use mux::{Driver, Ended, Inbound, NotOpened, Opener, Timing, opener, server};
pub use stream::{PLACES, Stream};
