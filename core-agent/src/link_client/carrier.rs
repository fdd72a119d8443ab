//! What carries a link's TLS connection: the gateway's port itself, or a WebSocket where a proxy that ends TLS stands before
//! it. Inside both is the same.

use super::dial::DialError;
use crate::config::CarrierChoice;
use link::HandshakeError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Direct,
    WebSocket,
}

/// Which carriers there are to try, the one that worked last first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carriers {
    present: Carrier,
    both: bool,
}

impl Carriers {
    pub(super) const fn new(choice: CarrierChoice) -> Self {
        match choice {
            CarrierChoice::Auto => Self { present: Carrier::Direct, both: true },
            CarrierChoice::Direct => Self { present: Carrier::Direct, both: false },
            CarrierChoice::Websocket => Self { present: Carrier::WebSocket, both: false },
        }
    }

    pub(super) const fn present(self) -> Carrier {
        self.present
    }

    /// The other carrier, where it may get through and this error says that the present one does not.
    pub(super) const fn instead(self, error: &DialError) -> Option<Carrier> {
        if !self.both || !is_in_between(error) {
            return None;
        }
        Some(match self.present {
            Carrier::Direct => Carrier::WebSocket,
            Carrier::WebSocket => Carrier::Direct,
        })
    }

    /// That one works.
    pub(super) const fn keep(&mut self, carrier: Carrier) {
        self.present = carrier;
    }
}

/// Whether it may be somebody in between who kept the link from coming up. A gateway that has proved itself and refuses will
/// refuse on the other carrier too, and what cannot be reached cannot be reached on either.
const fn is_in_between(error: &DialError) -> bool {
    match error {
        DialError::Tls(_)
        | DialError::NoLink
        | DialError::NoCarrier { .. }
        | DialError::Upgrade(_)
        | DialError::Timeout
        // Somebody took the handshake apart: TLS that is ended and begun anew has another exporter.
        | DialError::Handshake(HandshakeError::Frame(_) | HandshakeError::Exporter(_) | HandshakeError::Proof(_)) => true,
        DialError::Handshake(
            HandshakeError::WrongGateway
            | HandshakeError::Version(_)
            | HandshakeError::Forged { .. }
            | HandshakeError::Refused(_),
        )
        | DialError::Address(_)
        | DialError::Connect(_)
        | DialError::Proxy(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::link::Refusal;
    use std::io;

    #[test]
    fn the_other_carrier_is_tried_where_somebody_stands_in_between() {
        let mut carriers = Carriers::new(CarrierChoice::Auto);
        assert_eq!(carriers.present(), Carrier::Direct);
        assert_eq!(carriers.instead(&DialError::NoLink), Some(Carrier::WebSocket));
        assert_eq!(carriers.instead(&DialError::Connect(io::ErrorKind::ConnectionRefused.into())), None);
        assert_eq!(carriers.instead(&DialError::Handshake(HandshakeError::Refused(Refusal::Revoked))), None);
        carriers.keep(Carrier::WebSocket);
        assert_eq!(carriers.present(), Carrier::WebSocket);
        assert_eq!(carriers.instead(&DialError::NoCarrier { status: 404 }), Some(Carrier::Direct));
    }

    #[test]
    fn a_carrier_that_was_chosen_is_the_only_one() {
        for (choice, carrier) in
            [(CarrierChoice::Direct, Carrier::Direct), (CarrierChoice::Websocket, Carrier::WebSocket)]
        {
            assert_eq!(Carriers::new(choice).present(), carrier);
            assert_eq!(Carriers::new(choice).instead(&DialError::NoLink), None);
        }
    }
}
