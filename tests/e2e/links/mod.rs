//! Links as somebody who holds a Core's key, or claims to, may abuse them.

mod broken;
mod carried;
mod claims;
mod fencing;
mod full;
mod idle;
mod relay;
mod reports;
