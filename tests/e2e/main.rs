//! End-to-end tests: real programs, public interfaces, one binary.

mod claude;
mod cli_install;
mod documents;
mod edge;
mod faults;
mod gateway;
mod holes;
mod hostile;
mod links;
mod pages;
mod repository;
mod resume;
mod revocation;
mod sessions;
mod stage;
mod terminals;
mod tour;
mod trial;
mod vendor;
mod web;
mod workspaces;
