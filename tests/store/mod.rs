//! The store, on every database: what is committed is there, once, and can be
//! forgotten.

mod accounts;
mod erasing;
mod following;
mod journal;
mod leads;
mod line;
mod many;
mod messages;
mod misses;
mod opening;
mod reply_drafts;
mod retention;
mod sealed;
mod sheets;
mod staff;
mod trouble;
mod versions;
mod whole;
mod wordings;
