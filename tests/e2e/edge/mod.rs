//! The edge as a client meets it: which routes there are, who is let in, and how much and how slowly anybody may send.

mod caps;
mod credentials;
pub(crate) mod described;
mod pairing;
mod plain;
mod routes;
mod sizes;
mod slow;
mod stop;
mod withheld;
