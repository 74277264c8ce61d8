//! What stands around the content of every page, and the way from a template
//! to an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use tracing::error;

use super::assets::{Asset, ICON, SCRIPT, STYLE};
use super::contact::ContactCard;
use super::headers::ASK_AGAIN;
use super::placeholder::filled;
use crate::rulebook::Rulebook;

/// While the settings do not name the centre.
const NAMELESS: &str = "应答";

#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub centre: &'a str,
    pub contact: Option<ContactCard<'a>>,
    pub style: &'static Asset,
    pub script: &'static Asset,
    pub icon: &'static Asset,
}

impl<'a> Frame<'a> {
    pub(super) fn of(rulebook: &'a Rulebook, today: Date) -> Self {
        Self {
            centre: filled(Some(&rulebook.settings.centre.name)).unwrap_or(NAMELESS),
            contact: ContactCard::find(&rulebook.catalog, today),
            style: &STYLE,
            script: &SCRIPT,
            icon: &ICON,
        }
    }
}

pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [ASK_AGAIN], Html(html)).into_response(),
        Err(failure) => {
            error!(%failure, "A page could not be rendered");
            let sorry = "抱歉，页面出错了，请稍后再试。";
            (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, "text/plain; charset=utf-8")], sorry)
                .into_response()
        }
    }
}
