//! The web client as browsers get it: pages, files, and what browsers report in return.

mod reports;
mod served;
