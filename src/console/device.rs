//! The browsers that a member used before. Their tries are counted apart, so
//! that a stranger who guesses at a name keeps out nobody who works here. The
//! mark lets nobody in: it is sealed, names its member, and counts for three
//! months. Not here: how many tries there are (`login`).

use std::time::Duration;

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::Console;
use super::cookie;
use super::door::Caller;
use crate::model::StaffName;
use crate::model::clock::from_millis;

const LASTS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const SEALED_FOR: &str = "login/device";

#[derive(Serialize, Deserialize)]
struct Mark {
    /// A member's name never changes.
    name: String,
    at: i64,
}

pub(super) fn remember(console: &Console, caller: &Caller, name: &StaffName) -> HeaderValue {
    let mark = Mark { name: name.key(), at: console.clock.now().as_millisecond() };
    let sealed = console.store.seal_for(SEALED_FOR, &serde_json::to_string(&mark).unwrap_or_default());
    cookie::set(cookie::DEVICE, &sealed, LASTS, caller.transport)
}

/// What this browser's tries for this member are counted under.
pub(super) fn known(console: &Console, caller: &Caller, name: &StaffName) -> Option<String> {
    let sealed = caller.device.as_deref()?;
    let opened = console.store.unseal_for(SEALED_FOR, sealed)?;
    let mark: Mark = serde_json::from_str(&opened).ok()?;
    let counts = mark.name == name.key() && console.clock.now() < from_millis(mark.at) + LASTS;
    counts.then(|| format!("device/{sealed}"))
}
