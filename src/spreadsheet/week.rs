//! What happened in a period, as tables for the weekly meeting.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Cell, LeadNames, Sheet};
use crate::model::RuleId;
use crate::model::lead::Source;
use crate::store::{Outcomes, Statistics};

/// How things are called that statistics know by their id.
pub trait WeekNames: LeadNames {
    fn rule(&self, rule: &RuleId) -> String;
}

/// `forgotten`: until this day nobody knows any more who wrote.
pub fn week(
    statistics: &Statistics,
    zone: &TimeZone,
    names: &impl WeekNames,
    forgotten: Option<Date>,
) -> Vec<Sheet> {
    let days = statistics.by_day(zone);
    let hours = statistics.by_hour(zone);
    vec![
        summary(statistics, forgotten),
        outcomes("按天", "日期", days.iter().map(|(day, outcomes)| (day.to_string(), *outcomes))),
        outcomes("按小时", "小时", hours.iter().map(|(hour, outcomes)| (hour.to_string(), *outcomes))),
        counts("规则", "规则", statistics.top_rules.iter().map(|(rule, count)| (names.rule(rule), *count))),
        sources(statistics, names),
        counts(
            "线索进展",
            "进展",
            statistics.leads.iter().map(|(status, count)| (status.label().to_owned(), *count)),
        ),
    ]
}

fn summary(statistics: &Statistics, forgotten: Option<Date>) -> Sheet {
    let people =
        forgotten.map_or_else(|| "咨询人数".to_owned(), |day| format!("咨询人数（不含 {day} 以前的）"));
    let total = statistics.total();
    let leads: u64 = statistics.leads.iter().map(|(_, count)| count).sum();
    let minutes = statistics.waiting.median_response.map(|time| number(time.as_secs().div_ceil(60)));
    let share = |share: Option<f64>| {
        share.map_or(Cell::Empty, |share| Cell::Number((share * 1_000.0).round() / 10.0))
    };
    let rows = [
        (people.as_str(), number(statistics.people)),
        ("文字消息", number(total.total())),
        ("答上率 %（回答 ÷ 回答、反问、未命中之和）", share(total.answer_rate())),
        ("未命中率 %", share(total.miss_rate())),
        ("要人工", number(statistics.waiting.joined)),
        ("人工接手", number(statistics.waiting.taken)),
        ("首次人工响应（分钟，中位数）", minutes.unwrap_or_default()),
        ("线索", number(leads)),
    ];
    sheet("概况", &["项目", "数值"], rows.map(|(name, value)| vec![Cell::from(name), value]).into())
}

fn outcomes(name: &str, heading: &str, rows: impl Iterator<Item = (String, Outcomes)>) -> Sheet {
    let rows = rows.map(|(name, outcomes)| {
        let counts = [
            outcomes.answered,
            outcomes.form,
            outcomes.asked_back,
            outcomes.missed,
            outcomes.handed_over,
            outcomes.silent,
        ];
        std::iter::once(Cell::from(name)).chain(counts.map(number)).collect()
    });
    sheet(name, &[heading, "回答", "表单", "反问", "未命中", "转人工", "没有回复"], rows.collect())
}

fn counts(name: &str, heading: &str, rows: impl Iterator<Item = (String, u64)>) -> Sheet {
    let rows = rows.map(|(name, count)| vec![Cell::from(name), number(count)]);
    sheet(name, &[heading, "次数"], rows.collect())
}

fn sources(statistics: &Statistics, names: &impl WeekNames) -> Sheet {
    let name = |source: &Option<Source>| match source {
        Some(source) => names.source(source),
        None => "不详".to_owned(),
    };
    let table = |what: &'static str, rows: &[(Option<Source>, u64)]| -> Vec<Vec<Cell>> {
        rows.iter()
            .map(|(source, count)| vec![Cell::from(name(source)), what.into(), number(*count)])
            .collect()
    };
    let mut rows = table("新来的人", &statistics.newcomers);
    rows.extend(table("线索", &statistics.leads_by_source));
    sheet("来源", &["来源", "什么", "数量"], rows)
}

fn sheet(name: &str, headings: &[&str], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet { name: name.to_owned(), headings: headings.iter().map(|word| (*word).to_owned()).collect(), rows }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^52")]
fn number(count: u64) -> Cell {
    Cell::Number(count as f64)
}
