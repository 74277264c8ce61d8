//! A field of a form: what was typed, and what is wrong with it. `parts/form.html`
//! draws it with its label and hint.

use super::words::Sentence;

#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub value: String,
    /// The cause and the fix, in one sentence.
    pub error: Option<Sentence<'static>>,
}

impl Field {
    pub(super) fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    #[must_use]
    pub(super) fn refused(mut self, error: Sentence<'_>) -> Self {
        self.error = Some(error.owned());
        self
    }

    pub(super) fn is_refused(&self) -> bool {
        self.error.is_some()
    }

    /// For `aria-describedby`: the error where there is one, else the hint.
    pub(super) fn described_by(&self, name: &str) -> String {
        let suffix = if self.is_refused() { "error" } else { "hint" };
        format!("{name}-{suffix}")
    }
}

/// One of several to choose from.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}
