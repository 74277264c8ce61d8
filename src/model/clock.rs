//! Where the time comes from. Everything that needs to know the time is handed
//! a `Clock` (shells) or a value (pure code), so that tests move time instead
//! of waiting for it. clippy.toml refuses the other ways.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Stands still until it is moved. Milliseconds since 1970.
    Movable(Arc<AtomicI64>),
}

impl Clock {
    pub fn movable(start: Timestamp) -> Self {
        Self::Movable(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Movable(ms) => from_millis(ms.load(Ordering::SeqCst)),
        }
    }

    /// Moves a movable clock; the system's clock cannot be moved.
    pub fn advance(&self, by: std::time::Duration) {
        if let Self::Movable(ms) = self {
            ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// The instant at `ms` milliseconds since 1970, clamped to what can be
/// represented, so that a number from outside can never panic.
pub fn from_millis(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
