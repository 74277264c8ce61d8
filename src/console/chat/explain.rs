//! 为什么这样回: a past message decided once more, with the version that
//! answered it then.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::names::Names;
use super::super::rehearse::{Told, told};
use super::super::served::Served;
use super::super::visit::{Visit, in_address};
use super::super::when;
use super::super::words::Sentence;
use super::{customer, path_of, timeline};
use crate::answer::{Asked, Edition};
use crate::model::DeliveryKey;
use crate::publishing;
use crate::store::Exchange;

#[derive(Template)]
#[template(path = "console/pages/chat_why.html")]
struct WhyPage {
    frame: Frame,
    at: String,
    text: Option<String>,
    /// What was answered then.
    by: Sentence<'static>,
    rows: Vec<Told>,
    version: i64,
    took: Option<i64>,
    /// Why there are no rows, or fewer than one might think.
    remark: Option<Sentence<'static>>,
    back: String,
    /// The same message on the rules of today.
    retry: Option<String>,
}

pub(in crate::console) async fn show(
    visit: Visit,
    served: Served,
    Path((id, key)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let customer = customer(&id)?;
    let key = DeliveryKey::parse(&key).map_err(|_| PageError::Missing)?;
    let found = store.find_exchange(served.id(), &customer, &key).await?;
    let (at, said) = found.ok_or(PageError::Missing)?;
    let day = when::today(&visit.console, at);
    let edition = edition_of(&visit, &said, day).await?;
    let text = said.text.clone().filter(|_| said.kind == "text");
    let asked = Asked { account: served.id(), today: day };
    let rows = match (&edition, &text) {
        (Some(edition), Some(text)) => told(&edition.matcher.answer(text, &asked).why, edition, t),
        (_, _) => Vec::new(),
    };
    let remark = match (&edition, &text) {
        (_, None) => Some("chat.why_no_text"),
        (None, _) => Some("chat.why_no_version"),
        (Some(_), Some(_)) if said.is_masked => Some("chat.why_masked"),
        (Some(_), Some(_)) if rows.is_empty() => Some("chat.why_nothing"),
        (Some(_), Some(_)) => None,
    };
    let names = Names::load(&visit).await?;
    show_page(&WhyPage {
        frame: visit.frame("chats"),
        at: when::minute(&visit.console, at),
        by: timeline::by_what(&said, &names, t),
        rows,
        version: said.version,
        took: said.took_us,
        remark: remark.map(|key| t.say(key).owned()),
        retry: text.as_ref().map(|text| format!("/console/try?text={}", in_address(text))),
        text,
        back: served.link(&path_of(&customer)),
    })
}

async fn edition_of(
    visit: &Visit,
    said: &Exchange,
    day: jiff::civil::Date,
) -> Result<Option<Arc<Edition>>, PageError> {
    let live = visit.console.live.load_full();
    if live.version == said.version {
        return Ok(Some(live));
    }
    Ok(publishing::load_edition(&visit.console.store, said.version, day).await?)
}
