//! A line of the table of contents: an address, who may open it, what answers.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;

use super::{Console, door, visit};
use crate::model::Right;

pub(super) struct Page {
    pub path: &'static str,
    pub gate: Gate,
    answer: MethodRouter<Arc<Console>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Anyone,
    /// Only who sits at this machine.
    ThisMachine,
    Staff(Right),
}

pub(super) fn open(path: &'static str, answer: MethodRouter<Arc<Console>>) -> Page {
    Page { path, gate: Gate::Anyone, answer }
}

pub(super) fn here_only(path: &'static str, answer: MethodRouter<Arc<Console>>) -> Page {
    Page { path, gate: Gate::ThisMachine, answer }
}

/// For staff with this right. What is sent to it carries the session's form
/// token, or is refused.
pub(super) fn page(path: &'static str, right: Right, answer: MethodRouter<Arc<Console>>) -> Page {
    Page { path, gate: Gate::Staff(right), answer }
}

impl Page {
    pub(super) fn guarded(self, console: &Arc<Console>) -> MethodRouter<Arc<Console>> {
        match self.gate {
            Gate::Anyone => self.answer,
            Gate::ThisMachine => self.answer.route_layer(axum::middleware::from_fn(door::keep_strangers_out)),
            Gate::Staff(right) => {
                self.answer.route_layer(from_fn_with_state((Arc::clone(console), right), visit::admit))
            }
        }
    }
}
