//! What is shown when a rule may not go live alone: each reason with its place,
//! what would go live with it, and what can be insisted on. Not here: the gate's
//! judgement (publishing).

use askama::Template;
use axum::response::Response;

use super::super::failure::PageError;
use super::super::frame::{Frame, show_again};
use super::super::publish::address_about;
use super::super::refused::explain;
use super::super::told::Problems;
use super::super::visit::Visit;
use super::super::words::Sentence;
use super::address_of;
use super::shelf::Shelf;
use crate::model::Right;
use crate::publishing::{Draft, Refused, warning_key};
use crate::rulebook::Problem;
use crate::rulebook::edit::{FileChange, WrittenRule};

/// What is sent once more after a refusal was looked at.
pub(super) enum Again<'c> {
    Publish { over: String, changes: &'c [FileChange] },
    TurnOn,
}

/// From what it was to go live.
pub(super) struct Desk<'d> {
    pub visit: &'d Visit,
    pub draft: &'d Draft,
    /// Knows rules that are not live yet.
    pub shelf: Option<&'d Shelf>,
}

/// What the gate found, and what can be done about it.
#[derive(Template)]
#[template(path = "console/pages/rule_refused.html")]
struct RefusedPage {
    frame: Frame,
    name: String,
    address: String,
    /// Where it is sent again, and with what beside `accepted` and `despite`.
    action: String,
    again: (&'static str, String),
    cause: Sentence<'static>,
    found: Problems,
    /// Warnings beside failing tests: they go live together.
    warnings: Problems,
    together: Option<Together>,
    /// To be sent again once they were looked at.
    accepted: Option<String>,
    may_insist: bool,
}

/// What fails was changed in the same draft: alone, neither can go live.
struct Together {
    files: String,
    address: String,
}

impl Desk<'_> {
    pub(super) fn show(
        &self,
        wanted: &WrittenRule,
        refused: Refused,
        again: Again<'_>,
    ) -> Result<Response, PageError> {
        match refused {
            Refused::Store(error) => Err(error.into()),
            refused => show_again(&self.page(wanted, &refused, again)),
        }
    }

    fn page(&self, wanted: &WrittenRule, refused: &Refused, again: Again<'_>) -> RefusedPage {
        let visit = self.visit;
        let warnings = refused.findings().map(|findings| findings.warnings.as_slice()).unwrap_or_default();
        let keys = |problems: &[Problem]| problems.iter().map(warning_key).collect::<Vec<_>>().join("\n");
        let may_insist = matches!(refused, Refused::TestsFail(_)) && visit.staff.role.may(Right::Administer);
        let may_go_on = may_insist || matches!(refused, Refused::Unseen(_));
        let address = address_of(wanted.text("id"));
        let together = self.together(refused, &again);
        let (action, again) = match again {
            Again::Publish { over, .. } => (format!("{address}/publish"), ("over", over)),
            Again::TurnOn => (format!("{address}/switch"), ("to", "on".to_owned())),
        };
        RefusedPage {
            frame: visit.frame("rules"),
            name: wanted.text("name").to_owned(),
            address,
            action,
            again,
            cause: explain(refused, visit.caller.t),
            found: self.told(refused.found().unwrap_or_default()),
            warnings: match refused {
                Refused::TestsFail(_) => self.told(warnings),
                // Listed already, or to be listed once the errors are mended.
                _ => Problems::none(),
            },
            together,
            accepted: may_go_on.then(|| keys(warnings)),
            may_insist,
        }
    }

    /// A rule that is new has its page too.
    fn told(&self, problems: &[Problem]) -> Problems {
        let live = self.visit.console.live.load();
        let drafted = self.shelf.and_then(|shelf| shelf.rulebook.as_ref());
        let books: Vec<_> = drafted.into_iter().chain([&live.rulebook]).collect();
        Problems::in_books(problems, &books, self.visit.staff.role)
    }

    fn together(&self, refused: &Refused, again: &Again<'_>) -> Option<Together> {
        let Again::Publish { changes, .. } = again else { return None };
        let drafted = self.draft.changes();
        let own = |path: &str| changes.iter().any(|change| change.path == path);
        let found = refused.found()?.iter().map(|problem| problem.file.as_str());
        let mut files: Vec<&str> = found.filter(|file| drafted.contains_key(*file) && !own(file)).collect();
        files.sort_unstable();
        files.dedup();
        if files.is_empty() {
            return None;
        }
        let rule = changes.iter().map(|change| change.path.as_str());
        let paths: Vec<String> = rule.chain(files.iter().copied()).map(str::to_owned).collect();
        Some(Together { files: files.join("、"), address: address_about(&paths) })
    }
}

impl RefusedPage {
    fn button(&self) -> Sentence<'static> {
        let key = if self.may_insist { "rules.publish_despite" } else { "rules.publish_seen" };
        self.frame.t.say(key).owned()
    }
}
