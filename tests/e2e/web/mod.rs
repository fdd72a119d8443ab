//! What people do in a browser, in Chromium against real programs. The scenarios are in `web/e2e/scenarios`.

mod account;
mod approvals;
mod conversation;
mod first_run;
mod front_door;
mod notices;
mod phone;
mod revoked;
mod session;
mod sign_in;
mod sign_out;
mod terminal;
mod troubles;
