//! The front door and the desk behind it: what a customer experiences.

mod conversations;
mod forgeries;
mod killed;
mod outage;
mod processes;
mod retries;
mod slow_store;
