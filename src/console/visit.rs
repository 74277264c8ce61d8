//! A request of somebody who is logged in: what every page of staff is handed.
//! `admit` stands before those pages: no session, no page; not the right, no
//! page; a form without the session's token changes nothing.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::again::{self, SentForm, page_of};
use super::cookie;
use super::deadline;
use super::door::{Caller, Place};
use super::failure::PageError;
use super::{Console, frame};
use crate::model::Right;
use crate::store::{Actor, Operation, OperationKind, Session, Staff, Ticket};

/// A form with long texts in it; what is uploaded has limits of its own.
const MAX_FORM_BYTES: usize = 2 << 20;
/// A form of somebody who is not logged in: a name, a password, a sealed state.
const MAX_OPEN_FORM_BYTES: usize = 16 << 10;
/// What a browser says of itself, as far as a list of sessions shows it.
const MAX_AGENT_CHARS: usize = 200;
/// The hidden field that `parts/form.html` puts into every form.
pub(super) const TOKEN_FIELD: &str = "_token";

#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub console: Arc<Console>,
    pub caller: Caller,
    pub staff: Staff,
    pub session: Session,
    /// What every form of this session carries.
    pub token: String,
    /// Files that they changed and nobody published.
    pub unpublished: i64,
}

/// A form's fields, as a page wants them.
#[derive(Debug)]
pub(super) struct Sent<T>(pub T);

pub(super) async fn admit(
    State((console, right)): State<(Arc<Console>, Right)>,
    request: Request,
    next: Next,
) -> Response {
    match enter(console, right, request).await {
        Ok(request) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

async fn enter(console: Arc<Console>, right: Right, mut request: Request) -> Result<Request, PageError> {
    let now = console.clock.now();
    let ticket = cookie::read(request.headers(), cookie::SESSION).and_then(Ticket::read);
    let found = match &ticket {
        Some(ticket) => console.store.find_session(ticket, now).await?,
        None => None,
    };
    let (Some(ticket), Some((session, staff))) = (ticket, found) else {
        return Err(logged_out(request).await);
    };
    if !staff.role.may(right) {
        return Err(PageError::Forbidden { role: staff.role });
    }
    let token = ticket.derive("form");
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        request = check_token(request, &token).await?;
    }
    console.store.note_session(&session, now).await?;
    let caller = request.extensions().get::<Caller>().expect("`receive` stands before every page").clone();
    let unpublished = count_unpublished(&console, &staff).await?;
    request.extensions_mut().insert(Visit { console, caller, staff, session, token, unpublished });
    Ok(request)
}

async fn count_unpublished(console: &Console, staff: &Staff) -> Result<i64, PageError> {
    match staff.role.may(Right::Edit) {
        true => Ok(console.store.count_draft_files(&staff.id).await?),
        false => Ok(0),
    }
}

/// A browser keeps a strict cookie back when a link elsewhere was followed, so
/// that they may well be logged in.
async fn logged_out(request: Request) -> PageError {
    if *request.method() != Method::GET {
        let page = page_of(request.headers());
        return PageError::FormLoggedOut { page, sent: read_sent(request).await };
    }
    let came_from = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    match (wanted(&request), came_from) {
        (Some(wanted), Some(b"cross-site" | b"same-site")) => PageError::FromElsewhere { wanted },
        (wanted, _) => PageError::LoggedOut { wanted },
    }
}

/// Where to go once they have logged in.
fn wanted(request: &Request) -> Option<String> {
    request.uri().path_and_query().map(ToString::to_string)
}

/// What they typed is not lost with their session. An upload is: it lies on
/// their machine anyway.
async fn read_sent(request: Request) -> Option<Arc<SentForm>> {
    if is_upload(request.headers()) {
        return None;
    }
    let address = wanted(&request)?;
    let body = to_bytes(request.into_body(), again::MAX_BYTES).await.ok()?;
    SentForm::read(&address, &body).map(Arc::new)
}

/// Where files are sent to. Their body is not read here: `Upload` finds the token
/// in its first part, before anything else of it is taken.
pub(super) const UPLOADS: &str = "/console/import/table";

/// A form sends the token as a field, never in an address, which histories and
/// logs keep.
async fn check_token(request: Request, token: &str) -> Result<Request, PageError> {
    let stale = |request: &Request, sent| PageError::StaleForm {
        page: page_of(request.headers()),
        sent,
        token: token.to_owned(),
    };
    if is_upload(request.headers()) {
        return if request.uri().path() == UPLOADS { Ok(request) } else { Err(stale(&request, None)) };
    }
    let (parts, body) = request.into_parts();
    let bytes = read_whole(body, MAX_FORM_BYTES).await?;
    let sent = std::str::from_utf8(&bytes).ok().and_then(|form| field(form, TOKEN_FIELD));
    match sent {
        Some(sent) if is_token(&sent, token) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Some(_) | None => {
            let request = Request::from_parts(parts, Body::empty());
            let sent = wanted(&request).and_then(|address| SentForm::read(&address, &bytes));
            Err(stale(&request, sent.map(Arc::new)))
        }
    }
}

fn is_token(sent: &str, token: &str) -> bool {
    sent.as_bytes().ct_eq(token.as_bytes()).into()
}

impl Visit {
    /// An upload that began with another token, or with none.
    pub(super) fn check_upload(&self, sent: Option<&str>, headers: &HeaderMap) -> Result<(), PageError> {
        match sent {
            Some(sent) if is_token(sent, &self.token) => Ok(()),
            Some(_) | None => {
                Err(PageError::StaleForm { page: page_of(headers), sent: None, token: self.token.clone() })
            }
        }
    }
}

async fn read_whole(body: Body, most: usize) -> Result<Bytes, PageError> {
    to_bytes(body, most).await.map_err(|failure| match deadline::has_passed(&failure) {
        true => PageError::TooSlow,
        false => PageError::TooLong { most },
    })
}

fn is_upload(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.starts_with("multipart/form-data")
}

/// A token has neither spaces nor signs, so `+` need not be told from a space.
fn field(form: &str, name: &str) -> Option<String> {
    let value = form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    percent_decode_str(value).decode_utf8().ok().map(Cow::into_owned)
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::LoggedOut { wanted: None })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let is_let_in = request.extensions().get::<Visit>().is_some();
        let is_here =
            request.extensions().get::<Caller>().is_some_and(|caller| caller.place == Place::ThisMachine);
        let most = if is_let_in || is_here { MAX_FORM_BYTES } else { MAX_OPEN_FORM_BYTES };
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, Body::from(read_whole(body, most).await?));
        let form = axum_extra::extract::Form::<T>::from_request(request, state).await;
        form.map(|form| Self(form.0)).map_err(|_| PageError::Unreadable)
    }
}

impl Visit {
    /// For a page that says why another is not shown. None also where the store
    /// does not tell.
    pub(super) async fn find(console: &Arc<Console>, caller: &Caller, ticket: &Ticket) -> Option<Self> {
        let (session, staff) = console.store.find_session(ticket, console.clock.now()).await.ok()??;
        let unpublished = count_unpublished(console, &staff).await.ok()?;
        let (console, caller, token) = (Arc::clone(console), caller.clone(), ticket.derive("form"));
        Some(Self { console, caller, staff, session, token, unpublished })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.console.clock.now()
    }

    /// What stands around the page; `here` is its key in `nav`.
    pub(super) fn frame(&self, here: &'static str) -> frame::Frame {
        frame::Frame::of_staff(self, here)
    }

    /// For the log: this member does something now.
    pub(super) fn does(&self, kind: OperationKind, subject: &str) -> Operation {
        self.actor().does(kind, subject, self.now())
    }

    pub(super) fn actor(&self) -> Actor {
        Actor {
            staff: Some(self.staff.id.clone()),
            name: self.staff.name.to_string(),
            ip: self.caller.ip.clone(),
        }
    }

    /// It is done: shows `address` next, with this sentence on top.
    pub(super) fn done(&self, address: &str, notice: &'static str) -> Response {
        let said = cookie::set(cookie::NOTICE, notice, cookie::A_MINUTE, self.caller.transport);
        let mut response = go(address);
        response.headers_mut().append(SET_COOKIE, said);
        response
    }
}

/// After a form: a reload of the next page sends nothing again.
pub(super) fn go(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, address.to_owned())]).into_response()
}

/// An address of ours, to come back to; anything else is the home page.
pub(super) fn safe_address(wanted: Option<&str>) -> &str {
    let is_ours = |address: &&str| {
        (*address == "/console" || address.starts_with("/console/") || address.starts_with("/console?"))
            && address.chars().all(|c| c.is_ascii_graphic() && c != '\\')
    };
    wanted.filter(is_ours).unwrap_or("/console")
}

/// `text` as a value in an address.
pub(super) fn in_address(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A page with its query; what is empty is left out.
pub(super) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let told = pairs.iter().filter(|(_, value)| !value.is_empty());
    let told: Vec<String> = told.map(|(name, value)| format!("{name}={}", in_address(value))).collect();
    if told.is_empty() { path.to_owned() } else { format!("{path}?{}", told.join("&")) }
}

pub(super) fn agent_of(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(MAX_AGENT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_come_back_to() {
        let cases = [
            (Some("/console/members?page=2"), "/console/members?page=2"),
            (Some("/console"), "/console"),
            (Some("//evil.example"), "/console"),
            (Some("/console.evil.example"), "/console"),
            (Some("https://evil.example/console/"), "/console"),
            (Some("/console/\r\nset-cookie: a"), "/console"),
            (None, "/console"),
        ];
        for (wanted, expected) in cases {
            assert_eq!(safe_address(wanted), expected, "{wanted:?}");
        }
    }
}
