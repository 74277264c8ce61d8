//! Questions whose right answer is known, and how many of them are answered
//! right. Rates are per message in scope and per message out of scope.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use anyhow::{anyhow, bail};
use serde::Deserialize;

use crate::model::Outcome;
use crate::rehearsal::rule_of;

/// Nothing in the rulebook answers it.
const OUT_OF_SCOPE: &str = "none";

#[derive(Debug, Deserialize)]
pub struct Labelled {
    text: String,
    /// Ids joined by `|`, or `none`.
    expected: String,
    #[serde(default)]
    kind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Right,
    Offered,
    Wrong,
    Missed,
    /// Out of scope, and a rule answered.
    False,
    /// Out of scope, and we asked back.
    Asked,
    Quiet,
}

#[derive(Debug, Default)]
pub struct Tally {
    kinds: BTreeMap<String, Counts>,
    /// Confident and not right: what must not happen.
    mistakes: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts([usize; 7]);

impl Labelled {
    pub fn read(file: &Path) -> anyhow::Result<Vec<Self>> {
        let path = file.display();
        let bytes = std::fs::read(file)
            .map_err(|error| anyhow!("标好答案的文件 {path} 读不了（{error}）。请检查路径。"))?;
        let mut table =
            csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).from_reader(&*bytes);
        let rows: Result<Vec<Self>, _> = table.deserialize().collect();
        let rows = rows.map_err(|error| {
            anyhow!("{path} 的格式不对（{error}）。应是用制表符分开的三列，第一行写 text、expected、kind。")
        })?;
        if rows.is_empty() {
            bail!("{path} 里没有问题。第一行是列名，后面每行一个问题。");
        }
        Ok(rows)
    }

    fn judge(&self, outcome: &Outcome) -> Judged {
        let expected: Vec<&str> = self.expected.split('|').map(str::trim).collect();
        let choices = match outcome {
            Outcome::Choices(rules) => rules.as_slice(),
            Outcome::Answer(_)
            | Outcome::Form(_)
            | Outcome::Human(_)
            | Outcome::Fallback
            | Outcome::Silence => &[],
        };
        if expected == [OUT_OF_SCOPE] {
            return match rule_of(outcome) {
                Some(_) => Judged::False,
                None if !choices.is_empty() => Judged::Asked,
                None => Judged::Quiet,
            };
        }
        match rule_of(outcome) {
            Some(rule) if expected.contains(&rule.as_str()) => Judged::Right,
            Some(_) => Judged::Wrong,
            None if choices.iter().any(|rule| expected.contains(&rule.as_str())) => Judged::Offered,
            None => Judged::Missed,
        }
    }
}

impl Tally {
    pub fn count(questions: &[Labelled], answer: impl Fn(&str) -> Outcome) -> Self {
        let mut tally = Self::default();
        for question in questions {
            let outcome = answer(&question.text);
            let result = question.judge(&outcome);
            tally.kinds.entry(question.kind.clone()).or_default().add(result);
            if matches!(result, Judged::Wrong | Judged::False) {
                let rule = rule_of(&outcome).map_or_else(String::new, |rule| rule.to_string());
                tally.mistakes.push(format!("{}\t应是 {}\t答了 {rule}", question.text, question.expected));
            }
        }
        tally
    }

    pub fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        for mistake in &self.mistakes {
            writeln!(out, "{mistake}")?;
        }
        writeln!(
            out,
            "\n{:13}{:>6}  right  offered  wrong  missed | {:>5}  false  asked  quiet",
            "", "in", "out"
        )?;
        let mut all = Counts::default();
        for counts in self.kinds.values() {
            all.merge(*counts);
        }
        write_row("all", all, out)?;
        self.kinds.iter().try_for_each(|(kind, counts)| write_row(kind, *counts, out))?;
        writeln!(
            out,
            "\nin/out：该答的和不该答的条数。right 答对，offered 给了对的选项，wrong 答错，missed 没答；"
        )?;
        writeln!(out, "false 误答，asked 反问，quiet 没有回答。都按各自的条数算百分比。")
    }
}

impl Counts {
    const IN_SCOPE: [Judged; 4] = [Judged::Right, Judged::Offered, Judged::Wrong, Judged::Missed];
    const OUT_OF_SCOPE: [Judged; 3] = [Judged::False, Judged::Asked, Judged::Quiet];

    fn add(&mut self, result: Judged) {
        if let Some(count) = self.0.get_mut(result as usize) {
            *count += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    fn of(self, results: &[Judged]) -> usize {
        results.iter().filter_map(|result| self.0.get(*result as usize)).sum()
    }

    /// Empty where there is nothing to count.
    fn share(self, result: Judged, among: &[Judged]) -> String {
        match self.of(among) {
            0 => "-".to_owned(),
            total => format!("{:.1}%", 100.0 * self.of(&[result]) as f64 / total as f64),
        }
    }
}

fn write_row(name: &str, counts: Counts, out: &mut impl io::Write) -> io::Result<()> {
    let within = |result| counts.share(result, &Counts::IN_SCOPE);
    let outside = |result| counts.share(result, &Counts::OUT_OF_SCOPE);
    writeln!(
        out,
        "{name:13}{:>6} {:>6}  {:>7} {:>6} {:>7} | {:>5} {:>6} {:>6} {:>6}",
        counts.of(&Counts::IN_SCOPE),
        within(Judged::Right),
        within(Judged::Offered),
        within(Judged::Wrong),
        within(Judged::Missed),
        counts.of(&Counts::OUT_OF_SCOPE),
        outside(Judged::False),
        outside(Judged::Asked),
        outside(Judged::Quiet),
    )
}
