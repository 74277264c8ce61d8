//! One thing that is wrong with a rulebook, told so that the person who wrote
//! it can put it right. Not here: how it looks in a terminal (`report`).

use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Relative to the rulebook's folder, with `/`.
    pub file: String,
    /// 1-based; 0 when the whole file is meant.
    pub line: usize,
    /// 1-based, in characters; 0 when the whole line is meant.
    pub column: usize,
    pub severity: Severity,
    /// A stable word for machines.
    pub code: &'static str,
    /// What is wrong, a Chinese sentence.
    pub cause: String,
    /// What to do about it, a Chinese sentence.
    pub remedy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Box<Snippet>>,
}

/// The line in question, and the part of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    pub text: String,
    /// Bytes of `text`, on character boundaries.
    pub start: usize,
    pub end: usize,
}

/// In order of weight, so that `max` finds the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// May be published once somebody has looked at it.
    Warning,
    /// Is never published.
    Error,
}

impl Severity {
    pub fn title(self) -> &'static str {
        match self {
            Self::Note => "提示",
            Self::Warning => "提醒",
            Self::Error => "错误",
        }
    }
}

impl Problem {
    /// A problem of a file as a whole; `at` gives it a place.
    pub fn new(severity: Severity, code: &'static str, cause: impl Into<String>) -> Self {
        Self {
            file: String::new(),
            line: 0,
            column: 0,
            severity,
            code,
            cause: cause.into(),
            remedy: String::new(),
            snippet: None,
        }
    }

    pub fn error(code: &'static str, cause: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, cause)
    }

    pub fn warning(code: &'static str, cause: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, cause)
    }

    pub fn note(code: &'static str, cause: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, cause)
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        file.clone_into(&mut self.file);
        self
    }

    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = line;
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
