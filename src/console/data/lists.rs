//! The lists below the charts: rules, sources, how leads stand, how long answers
//! took.

use std::time::Duration;

use super::super::leads::status_word;
use super::super::words::Words;
use super::View;
use crate::model::LeadStatus;
use crate::model::lead::Source;
use crate::spreadsheet::{LeadNames as _, WeekNames as _};
use crate::store::Statistics;

pub(super) struct Listed {
    pub name: String,
    pub count: u64,
    pub address: Option<String>,
}

pub(super) struct Came {
    pub name: String,
    pub newcomers: u64,
    pub leads: u64,
    pub address: Option<String>,
}

impl View<'_> {
    pub(super) fn rules(&self, statistics: &Statistics) -> Vec<Listed> {
        let rules = statistics.top_rules.iter();
        rules
            .map(|(rule, count)| Listed {
                name: self.names.rule(rule),
                count: *count,
                address: self.messages(&[("rule", rule.as_str())]),
            })
            .collect()
    }

    /// By what people came, and how many of them left a lead.
    pub(super) fn sources(&self, statistics: &Statistics) -> Vec<Came> {
        let mut sources: Vec<Option<Source>> = Vec::new();
        for (source, _) in statistics.newcomers.iter().chain(&statistics.leads_by_source) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        let count = |of: &[(Option<Source>, u64)], source: &Option<Source>| {
            of.iter().find(|(known, _)| known == source).map_or(0, |(_, count)| *count)
        };
        let came = |source: Option<Source>| Came {
            newcomers: count(&statistics.newcomers, &source),
            leads: count(&statistics.leads_by_source, &source),
            address: source.as_ref().map(|source| {
                let (kind, key) = source.parts();
                self.link("/console/leads", &[("source", &format!("{kind}:{key}"))])
            }),
            name: source.map_or_else(
                || self.t.say("data.source_unknown").into(),
                |source| self.names.source(&source),
            ),
        };
        sources.into_iter().map(came).collect()
    }

    pub(super) fn statuses(&self, statistics: &Statistics) -> Vec<Listed> {
        let count = |wanted| statistics.leads.iter().find(|(status, _)| *status == wanted);
        let listed = |status: LeadStatus| Listed {
            name: status_word(status, self.t),
            count: count(status).map_or(0, |(_, count)| *count),
            address: Some(self.link("/console/leads", &[("status", status.as_str())])),
        };
        LeadStatus::ALL.into_iter().map(listed).collect()
    }
}

/// The two shortest together: below a millisecond nobody tells them apart.
pub(super) fn times(statistics: &Statistics, t: &'static Words) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for (most, count) in &statistics.answer_times.buckets {
        let name = match most {
            Some(most) => t.say("data.within").with("time", length(*most, t)).into(),
            None => t.say("data.slower").into(),
        };
        match listed.last_mut().filter(|before| before.name == name) {
            Some(before) => before.count += count,
            None => listed.push(Listed { name, count: *count, address: None }),
        }
    }
    listed
}

/// 「1 毫秒」, 「0.5 秒」.
fn length(time: Duration, t: &'static Words) -> String {
    match time.as_millis() {
        ms @ 0..100 => t.say("data.milliseconds").with("n", ms.max(1)).into(),
        _ => t.say("data.seconds").with("n", time.as_secs_f64()).into(),
    }
}
