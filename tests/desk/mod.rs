//! The front door and the desk behind it: what a customer experiences, and what
//! staff hear of it.

mod accounts;
mod attending;
mod conversations;
mod dialogues;
mod enquiries;
mod forgeries;
mod kept;
mod killed;
mod outage;
mod processes;
mod retries;
mod scheduled;
mod slow_store;
mod telling;
