//! Plays the transcripts of a rulebook and reports every expectation that does
//! not hold.

use jiff::Timestamp;

use crate::answer::Edition;
use crate::conversation::decide::Decided;
use crate::conversation::rule_of;
use crate::model::reply::Markup;
use crate::model::{AccountId, Effect, Outcome, Reply};
use crate::rulebook::{Files, Problem, Surroundings};

use super::Rehearsal;
use super::transcript::{Action, Expectation, Step, parse};

/// How the transcripts went, by file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub passed: usize,
    pub failed: usize,
}

/// Where transcripts are kept.
const FOLDER: &str = "tests/";
const ENDING: &str = ".chat";

pub fn play_all(files: &Files, edition: &Edition, surroundings: &Surroundings) -> (Score, Vec<Problem>) {
    let mut score = Score::default();
    let mut problems = Vec::new();
    for (path, text) in files.texts() {
        if !path.starts_with(FOLDER) || !path.ends_with(ENDING) {
            continue;
        }
        let failures = play(path, &text, edition, surroundings);
        match failures.iter().any(Problem::is_error) {
            false => score.passed += 1,
            true => score.failed += 1,
        }
        problems.extend(failures);
    }
    (score, problems)
}

fn play(file: &str, text: &str, edition: &Edition, surroundings: &Surroundings) -> Vec<Problem> {
    let (steps, mut problems) = parse(file, text);
    let mut stage = set_stage(edition, surroundings);
    let mut last: Option<Decided> = None;
    for Step { line, action } in steps {
        match action {
            Action::Sends(content) => last = Some(stage.sends(content)),
            Action::At(time) => stage.moves_to(edition.rulebook.settings.hours.instant(time)),
            Action::Waits(time) => stage.waits(time),
            Action::Keeps(hours) => stage.keeps(*hours),
            Action::HandsOver(human) => stage.human = human,
            Action::Alerts(alerts) => stage.alerts = alerts,
            Action::Taken(by) => stage.is_taken(by),
            Action::StaffSpeak => stage.staff_speak(),
            Action::HandedBack => stage.is_handed_back(),
            Action::Account(account) => stage.account = account,
            Action::StartsOver => stage.starts_over(),
            Action::Expects(expectations) if rests(&expectations, edition) => {
                let problem = Problem::note("transcript_rests", "这一步要的规则停用了，没有检查。")
                    .remedy("启用那条规则以后会再检查。");
                problems.push(problem.in_file(file).at_line(line));
            }
            Action::Expects(expectations) => {
                let failed = expectations.iter().filter_map(|expected| fails(expected, last.as_ref()));
                let report = |cause| {
                    Problem::error("transcript_failed", cause)
                        .remedy("请改规则，或改这一行的要求。")
                        .in_file(file)
                        .at_line(line)
                };
                problems.extend(failed.map(report));
            }
        }
    }
    problems
}

/// Whether a rule is asked for that staff have turned off: what it did is not
/// expected of any other.
fn rests(expectations: &[Expectation], edition: &Edition) -> bool {
    let is_off = |id: &str| edition.rulebook.rules.iter().any(|rule| !rule.enabled && rule.id.as_str() == id);
    expectations.iter().any(|expected| matches!(expected, Expectation::Rule(rule) if is_off(rule)))
}

fn set_stage<'a>(edition: &'a Edition, surroundings: &'a Surroundings) -> Rehearsal<'a> {
    let first = surroundings.accounts.as_ref().and_then(|accounts| accounts.first().cloned());
    let account = first.unwrap_or_else(|| AccountId::parse("main").expect("letters only"));
    // Ten in the morning of the day of the check, unless the transcript says otherwise.
    let morning = surroundings.today.at(10, 0, 0, 0);
    let now: Timestamp = edition.rulebook.settings.hours.instant(morning);
    let mut stage = Rehearsal::new(edition, account, now);
    stage.public_url = surroundings.public_url.as_deref();
    stage
}

/// What is wrong with the latest decision, if anything is.
fn fails(expected: &Expectation, decided: Option<&Decided>) -> Option<String> {
    let Some(decided) = decided else {
        return Some("「应答:」前面还没有「用户:」。".to_owned());
    };
    let text = text_of(&decided.reply);
    match expected {
        Expectation::Rule(rule) => {
            let actual = rule_of(&decided.outcome).map_or_else(|| none(decided), |rule| rule.to_string());
            (actual != *rule).then(|| format!("应由规则「{rule}」回答，实际是「{actual}」。"))
        }
        Expectation::Outcome(outcome) => {
            let actual = decided.outcome.kind().as_str();
            (actual != outcome).then(|| format!("结果应是 {outcome}，实际是 {actual}。"))
        }
        Expectation::Offers(rules) => {
            let offered = offered_by(decided);
            let missing: Vec<&str> = rules
                .iter()
                .map(String::as_str)
                .filter(|rule| !offered.iter().any(|id| id == rule))
                .collect();
            (!missing.is_empty())
                .then(|| format!("选项里应有 {}，实际有 {}。", missing.join("、"), offered.join("、")))
        }
        Expectation::Contains(part) => {
            (!text.contains(part)).then(|| format!("回复应含「{part}」，实际是：{text}"))
        }
        Expectation::Lacks(part) => {
            text.contains(part).then(|| format!("回复不应含「{part}」，实际是：{text}"))
        }
        Expectation::Is(whole) => (text != *whole).then(|| format!("回复应是「{whole}」，实际是：{text}")),
        Expectation::Transfers => (!matches!(decided.reply, Reply::Transfer { .. }))
            .then(|| format!("应转给微信客服，实际是：{text}")),
        Expectation::Lead
        | Expectation::NoLead
        | Expectation::LeadHolds(_)
        | Expectation::Waits
        | Expectation::DoesNotWait
        | Expectation::StopsWaiting => fails_effect(expected, &decided.effects),
    }
}

/// What should have been kept for staff, and was not, or the other way round.
fn fails_effect(expected: &Expectation, effects: &[Effect]) -> Option<String> {
    let lead = effects.iter().find_map(|effect| match effect {
        Effect::Lead(lead) => Some(lead),
        Effect::Wait(_) | Effect::StopWaiting | Effect::Settle(_) | Effect::Came { .. } | Effect::Erase => {
            None
        }
    });
    let waits = effects.iter().any(|effect| matches!(effect, Effect::Wait(_)));
    let (holds, meant) = match expected {
        Expectation::Lead => (lead.is_some(), "这条应交出一份线索。".to_owned()),
        Expectation::NoLead => (lead.is_none(), "这条不应交出线索。".to_owned()),
        Expectation::LeadHolds(part) => (
            lead.is_some_and(|lead| lead.answers.iter().any(|answer| answer.value.contains(part))),
            format!("线索里应有「{part}」。"),
        ),
        Expectation::Waits => (waits, "客户应进入等人工的名单。".to_owned()),
        Expectation::DoesNotWait => (!waits, "客户不应进入等人工的名单。".to_owned()),
        Expectation::StopsWaiting => {
            (effects.contains(&Effect::StopWaiting), "客户应离开等人工的名单。".to_owned())
        }
        Expectation::Rule(_)
        | Expectation::Outcome(_)
        | Expectation::Offers(_)
        | Expectation::Contains(_)
        | Expectation::Lacks(_)
        | Expectation::Is(_)
        | Expectation::Transfers => (true, String::new()),
    };
    (!holds).then_some(meant)
}

fn none(decided: &Decided) -> String {
    format!("无（{}）", decided.outcome.kind().as_str())
}

/// Asked back, or in the reply.
fn offered_by(decided: &Decided) -> Vec<String> {
    match &decided.outcome {
        Outcome::Choices(rules) => rules.iter().map(ToString::to_string).collect(),
        Outcome::Answer(_) | Outcome::Form(_) | Outcome::Human(_) | Outcome::Fallback | Outcome::Silence => {
            let offered = decided.conversation.offered.as_ref();
            offered.map_or_else(Vec::new, |offered| {
                offered.choices.iter().map(|choice| choice.rule.to_string()).collect()
            })
        }
    }
}

/// What a customer reads of a reply.
pub fn text_of(reply: &Reply) -> String {
    match reply {
        Reply::Text { text } => text.render(Markup::Plain),
        Reply::Cards { cards } => cards
            .iter()
            .map(|card| format!("{}\n{}", card.title, card.description))
            .collect::<Vec<_>>()
            .join("\n"),
        Reply::Silence
        | Reply::Image { .. }
        | Reply::Voice { .. }
        | Reply::Video { .. }
        | Reply::Music { .. }
        | Reply::Transfer { .. } => String::new(),
    }
}
