//! `/login`: name and password, then the second factor where there is one.
//! Tries are counted per name and per address before anything is checked, and
//! logged; a browser that its member used before is counted by itself, so that
//! nobody elsewhere can keep them out. Not here: hashing (`password`), what a code is (`second_factor`).

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::Console;
use super::cookie;
use super::device;
use super::door::{Caller, Place};
use super::failure::PageError;
use super::frame::{Frame, show as show_page, show_again};
use super::second_factor::Code;
use super::visit::{Sent, agent_of, go, safe_address};
use super::words::Sentence;
use crate::model::clock::from_millis;
use crate::model::{StaffId, StaffName};
use crate::store::{Actor, Attempt, Credentials, MostAttempts, OperationKind, Staff, Standing};

/// Failed tries in a quarter of an hour before nobody is asked any more: of one
/// person at one place, of one place, and of one name from everywhere.
const TRIES: MostAttempts = MostAttempts { by_name_and_ip: 5, by_ip: 30, by_name: 30 };
/// With a browser that they used before: wherever it is, whatever others do.
const TRIES_OF_KNOWN: MostAttempts = MostAttempts { by_name_and_ip: 5, by_ip: i64::MAX, by_name: 5 };
/// How long the second step waits for its code.
const SECOND_STEP_WAITS: Duration = Duration::from_secs(5 * 60);
const SECOND_STEP: &str = "login/second-step";

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    /// Sealed: who has passed the first step, and when.
    passed: Option<String>,
    code: Option<String>,
    next: Option<String>,
}

/// The first step is behind them.
#[derive(Serialize, Deserialize)]
struct Passed {
    name: String,
    at: i64,
}

#[derive(Template)]
#[template(path = "console/pages/login.html")]
struct LoginPage<'a> {
    frame: Frame,
    name: &'a str,
    next: &'a str,
    problem: Option<Sentence<'a>>,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "console/pages/login_code.html")]
struct CodePage<'a> {
    frame: Frame,
    passed: &'a str,
    next: &'a str,
    problem: Option<Sentence<'a>>,
}

pub(super) async fn show(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    show_page(&first_step(&caller, "", safe_address(wanted.next.as_deref()), None))
}

pub(super) async fn take(
    State(console): State<Arc<Console>>,
    caller: Caller,
    headers: HeaderMap,
    Sent(given): Sent<Given>,
) -> Result<Response, PageError> {
    match &given.passed {
        Some(passed) => take_code(&console, &caller, &headers, passed, &given).await,
        None => take_password(&console, &caller, &headers, &given).await,
    }
}

async fn take_password(
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    given: &Given,
) -> Result<Response, PageError> {
    let next = safe_address(given.next.as_deref());
    let refuse = |word| first_step(caller, &given.name, next, Some(caller.t.say(word)));
    let Ok(name) = StaffName::parse(&given.name) else { return show_again(&refuse("login.wrong")) };
    if let Attempt::TooMany = count_try(console, caller, &name, &name.key()).await? {
        return Ok(too_many(&refuse("login.too_many")));
    }
    let credentials = console.store.find_credentials(&name).await?;
    let hash = credentials.as_ref().and_then(|found| found.password.as_deref());
    let is_right = console.hasher.verify(&given.password, hash).await?;
    let may_enter = |found: &Credentials| found.staff.standing == Standing::Active;
    match credentials.as_ref().filter(|found| is_right && may_enter(found)) {
        Some(found) if found.totp.is_some() => {
            let passed = Passed { name: name.to_string(), at: console.clock.now().as_millisecond() };
            let sealed = serde_json::to_string(&passed).unwrap_or_default();
            let passed = console.store.seal_for(SECOND_STEP, &sealed);
            show_page(&CodePage { frame: Frame::of_caller(caller, ""), passed: &passed, next, problem: None })
        }
        Some(found) => finish(console, caller, headers, &found.staff.id, next).await,
        None => {
            note_failure(console, caller, credentials.as_ref()).await?;
            show_again(&refuse("login.wrong"))
        }
    }
}

async fn take_code(
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    passed: &str,
    given: &Given,
) -> Result<Response, PageError> {
    let next = safe_address(given.next.as_deref());
    let Some(credentials) = find_passed(console, passed).await? else {
        let problem = Some(caller.t.say("login.too_slow"));
        return show_again(&first_step(caller, "", next, problem));
    };
    let staff = &credentials.staff;
    let again = |word| CodePage {
        frame: Frame::of_caller(caller, ""),
        passed,
        next,
        problem: Some(caller.t.say(word)),
    };
    if let Attempt::TooMany = count_try(console, caller, &staff.name, &format!("code/{}", staff.id)).await? {
        return Ok(too_many(&again("login.too_many")));
    }
    let code = Code::read(given.code.as_deref().unwrap_or_default());
    if !code.counts(console, &credentials, caller).await? {
        note_failure(console, caller, Some(&credentials)).await?;
        return show_again(&again("login.wrong_code"));
    }
    forget_tries(console, caller, &staff.name, &format!("code/{}", staff.id)).await?;
    finish(console, caller, headers, &staff.id, next).await
}

/// Who passed the first step, not long ago, and may still enter.
async fn find_passed(console: &Console, sealed: &str) -> Result<Option<Credentials>, PageError> {
    let opened = console.store.unseal_for(SECOND_STEP, sealed);
    let passed: Option<Passed> = opened.and_then(|json| serde_json::from_str(&json).ok());
    let Some(passed) = passed else { return Ok(None) };
    if console.clock.now() > from_millis(passed.at) + SECOND_STEP_WAITS {
        return Ok(None);
    }
    let Ok(name) = StaffName::parse(&passed.name) else { return Ok(None) };
    let credentials = console.store.find_credentials(&name).await?;
    Ok(credentials.filter(|found| found.staff.standing == Standing::Active))
}

async fn finish(
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    staff: &StaffId,
    next: &str,
) -> Result<Response, PageError> {
    let Some(found) = console.store.find_staff(staff).await? else { return Err(PageError::Missing) };
    forget_tries(console, caller, &found.name, &found.name.key()).await?;
    start_session(console, caller, headers, (&found, next)).await
}

/// Straight in, after a link was taken.
pub(super) async fn let_in(
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    staff: &StaffId,
    notice: &'static str,
) -> Result<Response, PageError> {
    let Some(found) = console.store.find_staff(staff).await? else { return Err(PageError::Missing) };
    let mut response = start_session(console, caller, headers, (&found, "/console")).await?;
    let said = cookie::set(cookie::NOTICE, notice, cookie::A_MINUTE, caller.transport);
    response.headers_mut().append(SET_COOKIE, said);
    Ok(response)
}

async fn start_session(
    console: &Console,
    caller: &Caller,
    headers: &HeaderMap,
    (staff, next): (&Staff, &str),
) -> Result<Response, PageError> {
    let name = staff.name.to_string();
    let actor = Actor { staff: Some(staff.id.clone()), name: name.clone(), ip: caller.ip.clone() };
    let operation = actor.does(OperationKind::LogIn, &name, console.clock.now());
    let ticket = console.store.start_session(&staff.id, (&caller.ip, &agent_of(headers)), &operation).await?;
    let session = cookie::set(cookie::SESSION, ticket.as_str(), cookie::TWO_WEEKS, caller.transport);
    let mut response = go(next);
    response.headers_mut().append(SET_COOKIE, session);
    response.headers_mut().append(SET_COOKIE, device::remember(console, caller, &staff.name));
    Ok(response)
}

/// `what` is tried for `name`.
async fn count_try(
    console: &Console,
    caller: &Caller,
    name: &StaffName,
    what: &str,
) -> Result<Attempt, PageError> {
    let now = console.clock.now();
    let known = device::known(console, caller, name);
    let (whose, most) = match &known {
        Some(device) => (format!("{device}/{what}"), TRIES_OF_KNOWN),
        None => (what.to_owned(), TRIES),
    };
    let tried = console.store.count_attempt((&whose, &caller.network), most, now).await?;
    if tried == Attempt::TooMany {
        tracing::warn!(ip = %caller.ip, "Too many tries to log in");
    }
    Ok(tried)
}

/// They are in: this browser starts anew, and so does everybody else.
async fn forget_tries(
    console: &Console,
    caller: &Caller,
    name: &StaffName,
    what: &str,
) -> Result<(), PageError> {
    if let Some(device) = device::known(console, caller, name) {
        console.store.forget_attempts(&format!("{device}/{what}")).await?;
    }
    Ok(console.store.forget_attempts(what).await?)
}

/// The log names who was tried only when there is such a member: people type
/// their password into the wrong field.
async fn note_failure(
    console: &Console,
    caller: &Caller,
    credentials: Option<&Credentials>,
) -> Result<(), PageError> {
    let name = credentials.map(|found| found.staff.name.to_string()).unwrap_or_default();
    let actor = Actor { staff: None, name: name.clone(), ip: caller.ip.clone() };
    let operation = actor.does(OperationKind::LogInFailed, &name, console.clock.now());
    Ok(console.store.note_operation(&operation).await?)
}

fn too_many(page: &impl Template) -> Response {
    let html = page.render().unwrap_or_default();
    (StatusCode::TOO_MANY_REQUESTS, axum::response::Html(html)).into_response()
}

fn first_step<'a>(
    caller: &Caller,
    name: &'a str,
    next: &'a str,
    problem: Option<Sentence<'a>>,
) -> LoginPage<'a> {
    let is_here = caller.place == Place::ThisMachine;
    LoginPage { frame: Frame::of_caller(caller, ""), name, next, problem, is_here }
}
