//! What is shown when a page cannot be: the cause and what to do, in the
//! language of whoever asked, never anything internal.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use tracing::error;

use super::door::Caller;
use super::frame::Frame;
use super::visit::in_address;
use super::words::Sentence;
use crate::model::Role;
use crate::store::StoreError;

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error("nobody is logged in")]
    LoggedOut { wanted: Option<String> },
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
    #[error("a form does not carry the session's token")]
    StaleForm,
    #[error("what was sent is too long")]
    TooLong,
    #[error("what was sent cannot be read")]
    Unreadable,
    #[error("too many are logging in at once")]
    Busy,
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
    way_out: Option<(&'static str, Sentence<'a>)>,
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
pub(super) fn show(caller: &Caller, mut response: Response) -> Response {
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
    let page = failure.page(caller);
    match page.render() {
        Ok(html) => (failure.status(), Html(html)).into_response(),
        Err(_) => (failure.status(), caller.t.say("failure.broken.title").to_string()).into_response(),
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::LoggedOut { .. } => StatusCode::UNAUTHORIZED,
            Self::FromElsewhere { .. } => StatusCode::OK,
            Self::Forbidden { .. } | Self::NotSetUp | Self::ForeignForm | Self::StaleForm => {
                StatusCode::FORBIDDEN
            }
            Self::Missing | Self::NoAccount => StatusCode::NOT_FOUND,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its part of `words/*/failure.toml`.
    fn word(&self) -> &'static str {
        match self {
            Self::LoggedOut { .. } | Self::FromElsewhere { .. } => "failure.logged_out",
            Self::Forbidden { .. } => "failure.forbidden",
            Self::Missing => "failure.missing",
            Self::NoAccount => "failure.no_account",
            Self::NotSetUp => "failure.not_set_up",
            Self::ForeignForm => "failure.foreign_form",
            Self::StaleForm => "failure.stale_form",
            Self::TooLong => "failure.too_long",
            Self::Unreadable => "failure.unreadable",
            Self::Busy => "failure.busy",
            Self::Store(_) => "failure.store",
            Self::Broken(_) => "failure.broken",
        }
    }

    fn page(&self, caller: &Caller) -> FailurePage<'static> {
        let t = caller.t;
        let part = |part: &str| t.say(&format!("{}.{part}", self.word())).owned();
        let role = match self {
            Self::Forbidden { role } => t.say(&format!("role.{}", role.as_str())).to_string(),
            _ => String::new(),
        };
        let way_out = match self {
            Self::LoggedOut { .. } | Self::StaleForm => Some(("/login", t.say("failure.to_login"))),
            Self::NotSetUp => None,
            _ => Some(("/console", t.say("failure.to_home"))),
        };
        FailurePage {
            frame: Frame::of_caller(caller, ""),
            title: part("title"),
            cause: part("cause").with("role", role),
            remedy: part("remedy"),
            way_out: way_out.map(|(address, words)| (address, words.owned())),
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
