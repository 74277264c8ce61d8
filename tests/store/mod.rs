//! The store, on every database: what is committed is there, once, and can be
//! forgotten.

mod messages;
mod opening;
mod versions;
mod whole;
