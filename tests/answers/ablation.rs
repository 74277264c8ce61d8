//! What each rung of the ladder brings. Prints a table:
//! `cargo test --release ablation -- --ignored --nocapture`.

use jiff::civil::date;
use yingda::answer::{Asked, Matcher, RuleIndex, Verdict, Weights};
use yingda::model::AccountId;
use yingda::rulebook::{Answer, Rulebook};

use super::labelled::{Given, Report, Row, report, rows, shipped};

/// Each on top of the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rung {
    Keywords,
    MisspelledKeywords,
    SampleQuestions,
    SamplesOfWhatIsNotOurs,
    NamesOfOtherPlaces,
}

#[test]
#[ignore = "prints a table, checks nothing"]
fn what_each_rung_brings() {
    for set in ["dev.tsv", "second.tsv", "third.tsv"] {
        println!("{set}");
        for rung in [
            Rung::Keywords,
            Rung::MisspelledKeywords,
            Rung::SampleQuestions,
            Rung::SamplesOfWhatIsNotOurs,
            Rung::NamesOfOtherPlaces,
        ] {
            let misspelled =
                if rung < Rung::MisspelledKeywords { 0.0 } else { Weights::default().misspelled };
            let weights = Weights { misspelled, ..Weights::default() };
            let report = measure(&rulebook_up_to(rung), weights, &rows(set));
            println!("  up to {:24} {}", format!("{rung:?}"), report.line());
        }
    }
}

fn measure(rulebook: &Rulebook, weights: Weights, rows: &[Row]) -> Report {
    let matcher = Matcher::weighing(rulebook, weights);
    let account = AccountId::parse("main").expect("a slug");
    let asked = Asked { account: &account, today: date(2026, 11, 23) };
    let id = |rule: &RuleIndex| rulebook.rules[rule.position()].id.as_str().to_owned();
    report(rows, |text| match matcher.answer(text, &asked).verdict {
        Verdict::Rule(rule) => Given::Rule(id(&rule)),
        Verdict::Choices(rules) => Given::Choices(rules.iter().map(id).collect()),
        Verdict::None => Given::Nothing,
    })
}

/// The shipped rulebook without what the rungs above need.
fn rulebook_up_to(rung: Rung) -> Rulebook {
    let (_, mut rulebook) = shipped();
    for rule in &mut rulebook.rules {
        let is_ours = !matches!(rule.answer, Answer::NotOurs);
        let needed = if is_ours { Rung::SampleQuestions } else { Rung::SamplesOfWhatIsNotOurs };
        if rung < needed {
            rule.questions.clear();
        }
    }
    if rung < Rung::NamesOfOtherPlaces {
        rulebook.settings.answers.elsewhere.clear();
    }
    rulebook
}

#[test]
#[ignore = "prints a table, checks nothing"]
fn sample_questions_that_were_held_out() {
    /// One in so many is left out of the rulebook and asked.
    const HELD_OUT: usize = 10;

    let mut total = Report::default();
    for fold in 0..3 {
        let (_, mut rulebook) = shipped();
        let mut asked = Vec::new();
        for rule in &mut rulebook.rules {
            let ours = (!matches!(rule.answer, Answer::NotOurs)).then(|| rule.id.to_string());
            let kind = if ours.is_some() { "ours" } else { "not ours" };
            let questions = std::mem::take(&mut rule.questions);
            for (number, question) in questions.into_iter().enumerate() {
                if number % HELD_OUT == fold {
                    let expected = ours.clone().into_iter().collect();
                    asked.push(Row { text: question.to_string(), expected, kind: kind.to_owned() });
                } else {
                    rule.questions.push(question);
                }
            }
        }
        total.add(measure(&rulebook, Weights::default(), &asked));
    }
    println!("sample questions held out\n{total}");
}
