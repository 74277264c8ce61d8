//! Logging and metrics. Not here: what is worth logging; each module says that.

pub mod log;
pub mod metrics;

pub use metrics::{AccountMetrics, Metrics, NoticeMetrics, RulebookMetrics, StoreMetrics};
