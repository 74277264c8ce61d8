//! 首页: what is to be done, the most urgent first. Whatever else asks for
//! attention later is one more function that returns `Task`s, and one more line
//! in `tasks`. Not here: customers who want something (`people`).

mod people;
mod publishing;

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;

use super::failure::PageError;
use super::frame::{Frame, show as show_page};
use super::problems::Kind;
use super::visit::Visit;
use super::words::Sentence;
use super::{Console, Mode};
use crate::model::Right;
use crate::publishing::{Status, count_failed_tests};
use crate::rulebook::Problem;

/// Enough to know where to begin.
const MOST_NAMED: usize = 8;

#[derive(Template)]
#[template(path = "console/pages/home.html")]
struct HomePage {
    frame: Frame,
    tasks: Vec<Task>,
    steps: Vec<Step>,
    rules: usize,
    version: i64,
    transcripts: (usize, usize),
}

/// One thing that somebody should do.
struct Task {
    urgency: Urgency,
    what: Sentence<'static>,
    /// One line more: where, or why.
    detail: Option<String>,
    action: Option<(String, Sentence<'static>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Now,
    Soon,
    Whenever,
}

/// Of the first day with yingda.
struct Step {
    name: Sentence<'static>,
    is_done: bool,
    address: Option<&'static str>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, PageError> {
    let console = &visit.console;
    let status = console.status();
    let score = status.transcripts;
    let steps = first_steps(&visit, &status).await?;
    show_page(&HomePage {
        frame: visit.frame("home"),
        tasks: tasks(&visit, &status).await?,
        steps: if steps.iter().all(|step| step.is_done) { Vec::new() } else { steps },
        rules: console.live.load().rulebook.rules.len(),
        version: console.live.load().version,
        transcripts: (score.passed, score.passed + score.failed),
    })
}

async fn tasks(visit: &Visit, status: &Status) -> Result<Vec<Task>, PageError> {
    let mut tasks = people::tasks(visit).await?;
    tasks.extend(publishing::tasks(visit).await?);
    tasks.extend(broken_rulebook(visit, status));
    tasks.extend(failing_tests(visit, status));
    tasks.extend(unfinished_places(visit, status));
    tasks.extend(expired(visit, status));
    tasks.extend(warnings(visit, status));
    tasks.sort_by_key(|task| task.urgency);
    Ok(tasks)
}

/// What was saved last is not live.
fn broken_rulebook(visit: &Visit, status: &Status) -> Option<Task> {
    if !status.stale {
        return None;
    }
    let what =
        |count| visit.caller.t.say("home.broken").with("errors", count).with("version", status.version);
    listed(visit, status, Kind::Error, (Urgency::Now, &what))
}

/// Somebody published all the same, for a reason.
fn failing_tests(visit: &Visit, status: &Status) -> Option<Task> {
    if status.stale {
        return None;
    }
    let what = |_| visit.caller.t.say("home.failing").with("n", count_failed_tests(&status.problems));
    listed(visit, status, Kind::Error, (Urgency::Soon, &what))
}

/// 〔待填写〕, counted by rule: each is answered by 「请问顾问」 until it is filled in.
fn unfinished_places(visit: &Visit, status: &Status) -> Option<Task> {
    let unfinished = status.problems.iter().filter(|problem| problem.code == "unfinished");
    let files: BTreeSet<&str> = unfinished.map(|problem| problem.file.as_str()).collect();
    if files.is_empty() {
        return None;
    }
    let edition = visit.console.live.load();
    let rules = &edition.rulebook.rules;
    let what = visit.caller.t.say("home.unfinished").owned();
    let waiting = rules.iter().filter(|rule| files.contains(&*rule.place.file));
    let names: Vec<&str> = waiting.take(MOST_NAMED).map(|rule| &*rule.name).collect();
    Some(Task {
        urgency: Urgency::Soon,
        what: what.with("n", files.len()).with("m", rules.len()),
        detail: (!names.is_empty()).then(|| names.join("、") + " …"),
        action: Some(("/console/todo".to_owned(), visit.caller.t.say("nav.todo").owned())),
    })
}

/// 过期: what is said instead is safe, and says less.
fn expired(visit: &Visit, status: &Status) -> Option<Task> {
    let what = |count| visit.caller.t.say("home.expired").with("n", count);
    listed(visit, status, Kind::Expired, (Urgency::Soon, &what))
}

fn warnings(visit: &Visit, status: &Status) -> Option<Task> {
    let what = |count| visit.caller.t.say("home.warnings").with("n", count);
    listed(visit, status, Kind::Warning, (Urgency::Whenever, &what))
}

/// How many there are of a kind, the first of them, and the way to their list.
fn listed(
    visit: &Visit,
    status: &Status,
    kind: Kind,
    (urgency, what): (Urgency, &dyn Fn(usize) -> Sentence<'static>),
) -> Option<Task> {
    let first = kind.list(&status.problems).next()?;
    Some(Task {
        urgency,
        what: what(kind.list(&status.problems).count()),
        detail: Some(place_and_cause(first)),
        action: Some((kind.address(), visit.caller.t.say("home.look").owned())),
    })
}

fn place_and_cause(problem: &Problem) -> String {
    format!("{}:{} {} {}", problem.file, problem.line, problem.cause, problem.remedy)
}

/// What this role can do of them.
async fn first_steps(visit: &Visit, status: &Status) -> Result<Vec<Step>, PageError> {
    let console = &visit.console;
    let edition = console.live.load();
    let t = visit.caller.t;
    let step = |key, is_done, address| Step { name: t.say(key).owned(), is_done, address };
    let is_filled = !status.problems.iter().any(|problem| problem.code == "unfinished");
    let (heard, members) = (has_heard(console).await?, console.store.list_staff().await?.len());
    // What a demonstration serves is nobody's account.
    let is_connected = console.mode == Mode::Service || console.roster.now().len() > 1;
    let mut steps = vec![
        step("home.step_password", true, None),
        // Trying it out leaves no trace: it counts as done once real messages come.
        step("home.step_try", heard, Some("/console/try")),
    ];
    if visit.staff.role.may(Right::Edit) {
        let (catalog, hours) = (&edition.rulebook.catalog, &edition.rulebook.settings.hours);
        steps.push(step("home.step_contact", catalog.default_contact().is_some(), Some("/console/contacts")));
        steps.push(step("home.step_hours", !hours.is_unset(), Some("/console/settings")));
        steps.push(step("home.step_filled", is_filled, Some("/console/todo")));
    }
    if visit.staff.role.may(Right::Administer) {
        steps.push(step("home.step_account", is_connected, Some("/console/accounts")));
        steps.push(step("home.step_message", heard, None));
        steps.push(step("home.step_members", members > 1, Some("/console/members")));
        steps.push(step("home.step_codes", visit.staff.has_second_factor, Some("/console/account/codes")));
    }
    Ok(steps)
}

/// Whether any account has ever received a message.
async fn has_heard(console: &Console) -> Result<bool, PageError> {
    for account in console.roster.ids() {
        if console.store.find_latest_message(&account).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Urgency {
    fn badge(self) -> &'static str {
        match self {
            Self::Now => "error",
            Self::Soon => "warning",
            Self::Whenever => "plain",
        }
    }
}
