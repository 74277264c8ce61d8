//! `/privacy`: who keeps what, why, how long, and how to have it deleted. The
//! words about people come from the settings, the days from the configuration.

use std::num::NonZeroU32;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, respond};
use super::placeholder::filled;
use super::{Site, dates};

#[derive(Template)]
#[template(path = "site/pages/privacy.html")]
struct PrivacyPage<'a> {
    frame: Frame<'a>,
    keeper: &'a str,
    purpose: Option<&'a str>,
    contact: Option<&'a str>,
    address: Option<&'a str>,
    updated: Option<String>,
    keep_messages_days: NonZeroU32,
}

pub(super) async fn show(State(site): State<Arc<Site>>) -> Response {
    let edition = site.edition();
    let rulebook = &edition.rulebook;
    let privacy = &rulebook.settings.privacy;
    let frame = Frame::of(rulebook, rulebook.settings.hours.today(site.clock.now()));
    let page = PrivacyPage {
        keeper: filled(privacy.keeper.as_deref()).unwrap_or(frame.centre),
        purpose: filled(privacy.purpose.as_deref()),
        contact: filled(privacy.contact.as_deref()),
        address: filled(privacy.address.as_deref()),
        updated: privacy.updated.map(dates::to_the_day),
        keep_messages_days: site.keep_messages_days,
        frame,
    };
    respond(StatusCode::OK, &page)
}
