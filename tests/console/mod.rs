//! The staff's pages as a browser without JavaScript gets them; `walks` is a
//! real browser.

mod changing;
mod connect;
mod connecting;
mod forms;
mod leads;
mod log;
mod members;
mod pages;
mod rehearse;
mod roles;
mod rules;
mod setup;
mod walks;
mod way_in;
mod words;
