//! One line of the doctor's report: what was looked at, how it stands, and what
//! to do about it.

use std::io;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Good,
    /// Worth knowing; it works.
    Warning,
    /// Does not work, or is not safe.
    Bad,
}

#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at; a stable word for programs.
    pub check: &'static str,
    pub mark: Mark,
    pub what: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

impl Finding {
    pub fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, mark: Mark::Good, what: what.into(), remedy: String::new() }
    }

    pub fn warning(check: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, mark: Mark::Warning, what: what.into(), remedy: remedy.into() }
    }

    pub fn bad(check: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, mark: Mark::Bad, what: what.into(), remedy: remedy.into() }
    }

    /// Our errors say what is wrong in their first sentence, and what to do in
    /// the rest.
    pub fn told(check: &'static str, mark: Mark, sentences: &str) -> Self {
        let (what, remedy) = sentences.split_once('。').unwrap_or((sentences, ""));
        Self { check, mark, what: what.to_owned(), remedy: remedy.trim_end_matches('。').to_owned() }
    }

    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let (sign, style) = self.mark.shown();
        writeln!(out, "{style}{sign}{style:#} {}", self.what)?;
        if !self.remedy.is_empty() {
            writeln!(out, "    → {}", self.remedy)?;
        }
        Ok(())
    }
}

impl Mark {
    fn shown(self) -> (&'static str, Style) {
        match self {
            Self::Good => ("✓", AnsiColor::Green.on_default()),
            Self::Warning => ("!", AnsiColor::Yellow.on_default()),
            Self::Bad => ("✗", AnsiColor::Red.on_default()),
        }
    }
}
