//! The numbers at the top, each with the list it opens.

use std::time::Duration;

use super::super::words::{Sentence, Words};
use super::View;
use crate::model::{LeadStatus, OutcomeKind};
use crate::store::Statistics;

/// A number that opens its list.
pub(super) struct Number {
    pub name: Sentence<'static>,
    pub value: String,
    pub detail: Option<Sentence<'static>>,
    pub address: Option<String>,
}

impl View<'_> {
    fn number(&self, key: &str, value: u64, address: Option<String>) -> Number {
        Number { name: self.t.say(key).owned(), value: value.to_string(), detail: None, address }
    }

    pub(super) fn numbers(&self, statistics: &Statistics) -> Vec<Number> {
        let total = statistics.total();
        let outcome = |kind: OutcomeKind| self.messages(&[("outcome", kind.as_str())]);
        let detailed = |number: Number, key: &str, value: String| Number {
            detail: Some(self.t.say(key).owned().with("value", value)),
            ..number
        };
        let leads: u64 = statistics.leads.iter().map(|(_, count)| count).sum();
        let held = statistics.leads.iter().find(|(status, _)| *status == LeadStatus::Held);
        let waiting = statistics.waiting;
        let median = waiting.median_response.map(|time| minutes(time, self.t));
        vec![
            self.number("data.people", statistics.people, None),
            self.number("data.messages", total.total(), self.messages(&[])),
            detailed(
                self.number("data.answered", total.answered, outcome(OutcomeKind::Answer)),
                "data.rate",
                percent(total.answer_rate()),
            ),
            self.number("data.form", total.form, outcome(OutcomeKind::Form)),
            self.number("data.asked_back", total.asked_back, outcome(OutcomeKind::Choices)),
            detailed(
                self.number("data.missed", total.missed, outcome(OutcomeKind::Fallback)),
                "data.rate_missed",
                percent(total.miss_rate()),
            ),
            detailed(
                self.number("data.handed_over", total.handed_over, outcome(OutcomeKind::Human)),
                "data.first_response",
                median.unwrap_or_else(|| "—".to_owned()),
            ),
            self.number("data.silent", total.silent, outcome(OutcomeKind::Silence)),
            self.number("data.leads", leads, Some(self.link("/console/leads", &[]))),
            self.number(
                "data.held",
                held.map_or(0, |(_, count)| *count),
                Some(self.link("/console/leads", &[("status", LeadStatus::Held.as_str())])),
            ),
        ]
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

fn minutes(time: Duration, t: &'static Words) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match minutes {
        0..120 => t.say("data.minutes").with("n", minutes).into(),
        _ => t.say("data.hours").with("n", minutes / 60).into(),
    }
}
