//! What is shown when a page cannot be: the cause and what to do, in the
//! language of whoever asked, never anything internal.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use tracing::error;

use super::Console;
use super::again::SentForm;
use super::deadline;
use super::door::Caller;
use super::frame::Frame;
use super::visit::{Visit, in_address};
use super::words::Sentence;
use crate::model::Role;
use crate::store::{StoreError, Ticket};

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error("nobody is logged in")]
    LoggedOut { wanted: Option<String> },
    #[error("nobody is logged in, and a form was sent")]
    FormLoggedOut { page: Option<String>, sent: Option<Arc<SentForm>> },
    /// A link in a chat or a mail was followed: the browser keeps a strict cookie
    /// back, and gives it when our own page asks again.
    #[error("the caller comes from another site")]
    FromElsewhere { wanted: String },
    #[error("the role {role:?} may not do this")]
    Forbidden { role: Role },
    #[error("there is no such page")]
    Missing,
    #[error("no account is served yet")]
    NoAccount,
    #[error("nobody has a password yet")]
    NotSetUp,
    #[error("a form was sent from another page than ours")]
    ForeignForm,
    /// Its page was opened before they logged in again.
    #[error("a form does not carry the session's token")]
    StaleForm { page: Option<String>, sent: Option<Arc<SentForm>>, token: String },
    #[error("what was sent is longer than {most} bytes")]
    TooLong { most: usize },
    #[error("what was sent has more than {most} fields")]
    TooManyFields { most: usize },
    #[error("what was sent did not arrive in time")]
    TooSlow,
    #[error("what was sent cannot be read")]
    Unreadable,
    #[error("too many are logging in at once")]
    Busy,
    #[error("the customer was writing all the while")]
    CustomerWrites,
    #[error("{0}")]
    Store(Arc<StoreError>),
    #[error("a page could not be rendered: {0}")]
    Broken(Arc<str>),
}

#[derive(Template)]
#[template(path = "console/pages/failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    title: Sentence<'a>,
    cause: Sentence<'a>,
    remedy: Sentence<'a>,
    way_out: Option<(String, Sentence<'a>)>,
    /// What they typed, to be sent once more.
    sent: Option<Arc<SentForm>>,
}

#[derive(Template)]
#[template(path = "console/pages/again.html")]
struct AgainPage<'a> {
    frame: Frame,
    address: &'a str,
}

/// For an address that no page has.
pub(super) async fn missing() -> PageError {
    PageError::Missing
}

/// A failure becomes a page once the caller's language is known.
pub(super) async fn show(
    console: &Arc<Console>,
    caller: &Caller,
    ticket: Option<Ticket>,
    mut response: Response,
) -> Response {
    let Some(failure) = response.extensions_mut().remove::<PageError>() else { return response };
    failure.log();
    if let PageError::LoggedOut { wanted: Some(wanted) } = &failure {
        let login = format!("/login?next={}", in_address(wanted));
        return (StatusCode::SEE_OTHER, [(LOCATION, login)]).into_response();
    }
    if let PageError::FromElsewhere { wanted } = &failure {
        let page = AgainPage { frame: Frame::of_caller(caller, ""), address: wanted };
        return (StatusCode::OK, Html(page.render().unwrap_or_default())).into_response();
    }
    let page = failure.page(caller, failure.frame(console, caller, ticket).await);
    match page.render() {
        Ok(html) => (failure.status(), Html(html)).into_response(),
        Err(_) => (failure.status(), caller.t.say("failure.broken.title").to_string()).into_response(),
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::LoggedOut { .. } | Self::FormLoggedOut { .. } => StatusCode::UNAUTHORIZED,
            Self::FromElsewhere { .. } => StatusCode::OK,
            Self::Forbidden { .. } | Self::NotSetUp | Self::ForeignForm | Self::StaleForm { .. } => {
                StatusCode::FORBIDDEN
            }
            Self::Missing | Self::NoAccount => StatusCode::NOT_FOUND,
            Self::TooLong { .. } | Self::TooManyFields { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::CustomerWrites => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its part of `words/*/failure.toml`.
    fn word(&self) -> &'static str {
        match self {
            Self::LoggedOut { .. } | Self::FromElsewhere { .. } => "failure.logged_out",
            Self::FormLoggedOut { .. } => "failure.form_logged_out",
            Self::Forbidden { .. } => "failure.forbidden",
            Self::Missing => "failure.missing",
            Self::NoAccount => "failure.no_account",
            Self::NotSetUp => "failure.not_set_up",
            Self::ForeignForm => "failure.foreign_form",
            Self::StaleForm { .. } => "failure.stale_form",
            Self::TooLong { .. } => "failure.too_long",
            Self::TooManyFields { .. } => "failure.too_many_fields",
            Self::TooSlow => "failure.too_slow",
            Self::Unreadable => "failure.unreadable",
            Self::Busy => "failure.busy",
            Self::CustomerWrites => "failure.customer_writes",
            Self::Store(_) => "failure.store",
            Self::Broken(_) => "failure.broken",
        }
    }

    /// Whoever is logged in keeps the menu: they took a wrong turn, and did not leave.
    async fn frame(&self, console: &Arc<Console>, caller: &Caller, ticket: Option<Ticket>) -> Frame {
        let visit = match (ticket, self) {
            (None, _)
            | (_, Self::LoggedOut { .. } | Self::FormLoggedOut { .. } | Self::ForeignForm | Self::NotSetUp) => {
                None
            }
            (Some(ticket), _) => Visit::find(console, caller, &ticket).await,
        };
        let mut frame = match visit {
            Some(visit) => Frame::of_staff(&visit, ""),
            None => Frame::of_caller(caller, ""),
        };
        if let Self::StaleForm { token, .. } = self {
            frame.token.clone_from(token);
        }
        frame
    }

    fn page(&self, caller: &Caller, frame: Frame) -> FailurePage<'static> {
        let t = caller.t;
        let part = |part: &str| t.say(&format!("{}.{part}", self.word())).owned();
        let sent = self.sent();
        let remedy = if sent.is_some() { part("remedy_kept") } else { part("remedy") };
        FailurePage {
            frame,
            title: part("title"),
            cause: self.fill(part("cause"), caller),
            remedy,
            way_out: self.way_out().map(|(address, word)| (address, t.say(word).owned())),
            sent,
        }
    }

    fn sent(&self) -> Option<Arc<SentForm>> {
        match self {
            Self::StaleForm { sent, .. } | Self::FormLoggedOut { sent, .. } => sent.clone(),
            _ => None,
        }
    }

    fn fill(&self, cause: Sentence<'static>, caller: &Caller) -> Sentence<'static> {
        match self {
            Self::Forbidden { role } => cause.with("role", caller.t.say(&format!("role.{}", role.as_str()))),
            Self::TooLong { most } => cause.with("most", size(*most)),
            Self::TooManyFields { most } => cause.with("most", most),
            Self::TooSlow => cause.with("seconds", deadline::ALL_OF_IT.as_secs()),
            _ => cause,
        }
    }

    /// An address, and how it is called.
    fn way_out(&self) -> Option<(String, &'static str)> {
        let log_in = |page: Option<&str>| match page {
            Some(page) => format!("/login?next={}", in_address(page)),
            None => "/login".to_owned(),
        };
        match self {
            Self::LoggedOut { wanted } => Some((log_in(wanted.as_deref()), "failure.to_login")),
            Self::FormLoggedOut { page, .. } => Some((log_in(page.as_deref()), "failure.to_login")),
            Self::StaleForm { page: Some(page), .. } => Some((page.clone(), "failure.to_page")),
            Self::NotSetUp => None,
            _ => Some(("/console".to_owned(), "failure.to_home")),
        }
    }

    fn log(&self) {
        match self {
            Self::Store(_) | Self::Broken(_) => error!(failure = %self, "A console page failed"),
            Self::ForeignForm => tracing::warn!("Refused a form that another page sent"),
            _ => {}
        }
    }
}

/// As staff read it: `2 MB`.
fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{} KB", bytes >> 10),
        megabytes => format!("{megabytes} MB"),
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for PageError {
    fn from(failure: StoreError) -> Self {
        Self::Store(Arc::new(failure))
    }
}

impl From<askama::Error> for PageError {
    fn from(failure: askama::Error) -> Self {
        Self::Broken(failure.to_string().into())
    }
}
