//! The front door and the desk behind it: what a customer experiences.

mod conversations;
mod enquiries;
mod forgeries;
mod killed;
mod retries;
mod slow_store;
