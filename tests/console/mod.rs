//! The staff's pages as a browser without JavaScript gets them; `walks` is a
//! real browser.

mod catalog;
mod chats;
mod connect;
mod connecting;
mod data;
mod exchange;
mod forms;
mod leads;
mod log;
mod members;
mod misses;
mod pages;
mod rehearse;
mod roles;
mod setup;
mod walk_people;
mod walks;
mod way_in;
mod words;
