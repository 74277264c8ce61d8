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
    keeper: String,
    purpose: Option<String>,
    contact: Option<String>,
    address: Option<&'a str>,
    updated: Option<String>,
    keep_messages_days: NonZeroU32,
    keep_leads_months: u32,
}

pub(super) async fn show(State(site): State<Arc<Site>>) -> Response {
    let edition = site.edition();
    let rulebook = &edition.rulebook;
    let privacy = &rulebook.settings.privacy;
    let frame = Frame::of(rulebook, rulebook.settings.hours.today(site.clock.now()));
    let page = PrivacyPage {
        keeper: as_sentence(filled(privacy.keeper.as_deref()).unwrap_or(frame.centre)),
        purpose: filled(privacy.purpose.as_deref()).map(as_sentence),
        contact: filled(privacy.contact.as_deref()).map(as_sentence),
        address: filled(privacy.address.as_deref()),
        updated: privacy.updated.map(dates::to_the_day),
        keep_messages_days: site.keep_messages_days,
        keep_leads_months: privacy.keep_leads_months,
        frame,
    };
    respond(StatusCode::OK, &page)
}

/// Staff write these fields with and without a full stop.
fn as_sentence(text: &str) -> String {
    match text.chars().next_back() {
        Some('。' | '！' | '？' | '.') | None => text.to_owned(),
        Some(_) => format!("{text}。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_with_one_full_stop() {
        assert_eq!(as_sentence("回答咨询"), "回答咨询。");
        assert_eq!(as_sentence("回答咨询。"), "回答咨询。");
    }
}
