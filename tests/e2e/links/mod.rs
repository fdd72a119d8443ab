//! Links as somebody who holds a Core's key, or claims to, may abuse them.

mod claims;
mod fencing;
mod relay;
mod reports;
