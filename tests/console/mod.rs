//! The staff's pages as a browser without JavaScript gets them; `walks` is a
//! real browser.

mod bodies;
mod catalog;
mod changing;
mod chats;
mod chosen;
mod colleagues;
mod connect;
mod connecting;
mod data;
mod drafts;
mod exchange;
mod forms;
mod leads;
mod line;
mod links;
mod log;
mod many;
mod members;
mod misses;
mod new_form;
mod pages;
mod problems;
mod publish;
mod rehearse;
mod restore;
mod roles;
mod rules;
mod setup;
mod text;
mod walk_content;
mod walk_people;
mod walks;
mod way_in;
mod words;
