//! What the check says of the rulebook that answers, or of what could not go
//! live: each problem with its remedy and the page where it is put right. 首页
//! leads here. Not here: 〔待填写〕 (catalog::todo), a draft's problems (publish).

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::catalog::text::address_in_folder;
use super::failure::PageError;
use super::frame::{Frame, show as show_page};
use super::pager::{PER_PAGE, Pager};
use super::places::is_text;
use super::tab::Tab;
use super::told::Told;
use super::visit::{Visit, address};
use super::words::Sentence;
use crate::answer::Edition;
use crate::model::{Right, Role};
use crate::publishing::Status;
use crate::rulebook::Problem;

const ADDRESS: &str = "/console/problems";

/// What 首页 tells of one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of the files, or tests that fail.
    Error,
    Expired,
    Warning,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    page: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/pages/problems.html")]
struct ProblemsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    /// What was edited in the folder is not live because of these.
    stale: Option<Sentence<'static>>,
    may_edit: bool,
    rows: Vec<Told>,
    pager: Pager,
}

impl ProblemsPage {
    /// Who may only look is not told to mend anything.
    fn about_stale(&self) -> &'static str {
        if self.may_edit { "problems.stale_more" } else { "problems.stale_look" }
    }
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let (status, live) = (visit.console.status(), visit.console.live.load_full());
    let t = visit.caller.t;
    let wanted = Kind::ALL.into_iter().find(|kind| kind.as_str() == asked.kind);
    let (problems, total) = (&status.problems, status.problems.iter().filter(|one| Kind::of(one).is_some()));
    let found: Vec<&Problem> = problems
        .iter()
        .filter(|problem| Kind::of(problem).is_some_and(|kind| wanted.is_none_or(|wanted| wanted == kind)))
        .collect();
    let all = Tab {
        name: t.say("problems.all").to_string(),
        count: u64::try_from(total.count()).ok(),
        address: ADDRESS.to_owned(),
        is_here: wanted.is_none(),
    };
    let tab = |kind: Kind| Tab {
        name: t.say(kind.word()).to_string(),
        count: u64::try_from(kind.list(problems).count()).ok(),
        address: kind.address(),
        is_here: wanted == Some(kind),
    };
    let pager = Pager::new(
        asked.page,
        i64::try_from(found.len()).unwrap_or(i64::MAX),
        ADDRESS,
        &[("kind", wanted.map(Kind::as_str).unwrap_or_default())],
    );
    let count = |number: i64| usize::try_from(number).unwrap_or_default();
    let shown = found.into_iter().skip(count(pager.skipped())).take(count(PER_PAGE));
    show_page(&ProblemsPage {
        frame: visit.frame("rules"),
        tabs: std::iter::once(all).chain(Kind::ALL.map(tab)).collect(),
        stale: status.stale.then(|| t.say("problems.stale").with("version", status.version)),
        may_edit: visit.staff.role.may(Right::Edit),
        rows: shown.map(|problem| told(problem, &status, &live, visit.staff.role)).collect(),
        pager,
    })
}

/// A file that is not live as the folder holds it is put right as it is there.
fn told(problem: &Problem, status: &Status, live: &Edition, reader: Role) -> Told {
    let told = Told::of(problem, &[live], reader);
    let is_there = status.folder.as_ref().is_some_and(|folder| folder.get(&problem.file).is_some());
    if status.stale && is_there && is_text(&problem.file) {
        let address = reader.may(Right::Edit).then(|| address_in_folder(&problem.file));
        return Told { address, ..told };
    }
    told
}

impl Kind {
    const ALL: [Self; 3] = [Self::Error, Self::Expired, Self::Warning];

    /// None: 待补充 has it.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        match problem.code {
            "unfinished" => None,
            _ if problem.is_error() => Some(Self::Error),
            "expired" => Some(Self::Expired),
            _ => Some(Self::Warning),
        }
    }

    pub(super) fn list(self, problems: &[Problem]) -> impl Iterator<Item = &Problem> {
        problems.iter().filter(move |problem| Self::of(problem) == Some(self))
    }

    pub(super) fn address(self) -> String {
        address(ADDRESS, &[("kind", self.as_str())])
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Expired => "expired",
            Self::Warning => "warning",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Error => "problems.errors",
            Self::Expired => "problems.expired",
            Self::Warning => "problems.warnings",
        }
    }
}
