//! The messages behind a number.

use std::time::Duration;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::super::chats::said;
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::names::Names;
use super::super::served::Served;
use super::super::visit::{Visit, address, in_address};
use super::super::when;
use super::Asked;
use crate::model::{OutcomeKind, Right, RuleId};
use crate::spreadsheet::WeekNames as _;
use crate::store::{Listed, MESSAGES_PAGE, MessageFilter};

const PATH: &str = "/console/data/messages";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wanted {
    outcome: String,
    rule: String,
    /// Milliseconds.
    slower: String,
    before: String,
    from: String,
    until: String,
    days: String,
}

#[derive(Template)]
#[template(path = "console/pages/data_messages.html")]
struct MessagesPage {
    frame: Frame,
    title: String,
    span: String,
    rows: Vec<Row>,
    older: Option<String>,
    back: String,
}

struct Row {
    at: String,
    text: String,
    outcome: String,
    /// None for whoever does not work with customers.
    chat: Option<String>,
}

pub(in crate::console) async fn show(
    visit: Visit,
    served: Served,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let days = wanted.asked().days(&visit);
    let filter = MessageFilter {
        period: days.period(&visit),
        outcome: OutcomeKind::parse(&wanted.outcome),
        rule: RuleId::parse(&wanted.rule).ok(),
        slower_than: wanted.slower.parse().ok().map(Duration::from_millis),
    };
    let before = Some(wanted.before.as_str()).filter(|before| !before.is_empty());
    let found = visit.console.store.list_messages(served.id(), &filter, before).await?;
    let names = Names::load(&visit).await?;
    let title = match (&filter.rule, filter.outcome) {
        (Some(rule), _) => t.say("parts.by_rule").with("rule", names.rule(rule)).to_string(),
        (None, Some(kind)) => t.say(&format!("{}.{}", "chats.outcome", kind.as_str())).to_string(),
        (None, None) => t.say("data.messages").to_string(),
    };
    show_page(&MessagesPage {
        frame: visit.frame("data"),
        title,
        span: t.say("data.span_of").with("from", days.from).with("until", days.until).into(),
        older: wanted.older(&found, &served),
        rows: found.into_iter().map(|listed| Row::of(listed, &names, &visit, &served)).collect(),
        back: address("/console/data", &wanted.days_pairs(&served)),
    })
}

impl Wanted {
    fn asked(&self) -> Asked {
        Asked { days: self.days.clone(), from: self.from.clone(), until: self.until.clone() }
    }

    fn days_pairs<'a>(&'a self, served: &'a Served) -> [(&'static str, &'a str); 4] {
        [("days", &self.days), ("from", &self.from), ("until", &self.until), ("account", served.asked())]
    }

    fn older(&self, found: &[Listed], served: &Served) -> Option<String> {
        let is_full = u32::try_from(found.len()).is_ok_and(|rows| rows >= MESSAGES_PAGE);
        let (_, last) = found.last().filter(|_| is_full)?;
        let more = [
            ("outcome", self.outcome.as_str()),
            ("rule", &self.rule),
            ("slower", &self.slower),
            ("before", &last.cursor),
        ];
        let pairs: Vec<(&str, &str)> = more.into_iter().chain(self.days_pairs(served)).collect();
        Some(address(PATH, &pairs))
    }
}

impl Row {
    fn of((customer, message): Listed, names: &Names, visit: &Visit, served: &Served) -> Self {
        let t = visit.caller.t;
        let outcome = match (&message.rule, message.outcome) {
            (Some(rule), OutcomeKind::Answer | OutcomeKind::Form | OutcomeKind::Human) => {
                t.say("parts.by_rule").with("rule", names.rule(rule)).to_string()
            }
            (_, outcome) => t.say(&format!("{}.{}", "chats.outcome", outcome.as_str())).to_string(),
        };
        Self {
            at: when::minute(&visit.console, message.at),
            text: said(&message, t),
            outcome,
            chat: visit
                .staff
                .role
                .may(Right::Serve)
                .then(|| served.link(&format!("/console/chats/{}", in_address(customer.as_str())))),
        }
    }
}
