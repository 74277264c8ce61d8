//! What each rung of the ladder brings. Prints a table:
//! `cargo test --release ablation -- --ignored --nocapture`.

use jiff::civil::date;
use yingda::answer::{Asked, Matcher, RuleIndex, Verdict, Weights};
use yingda::model::AccountId;
use yingda::rulebook::{Answer, Rulebook};

use super::labelled::{Given, report, rows, shipped};

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
    for set in ["dev.tsv", "second.tsv"] {
        println!("{set}");
        for rung in [
            Rung::Keywords,
            Rung::MisspelledKeywords,
            Rung::SampleQuestions,
            Rung::SamplesOfWhatIsNotOurs,
            Rung::NamesOfOtherPlaces,
        ] {
            println!("  up to {:24} {}", format!("{rung:?}"), measure(rung, set));
        }
    }
}

fn measure(rung: Rung, set: &str) -> String {
    let rulebook = rulebook_up_to(rung);
    let misspelled = if rung < Rung::MisspelledKeywords { 0.0 } else { Weights::default().misspelled };
    let matcher = Matcher::weighing(&rulebook, Weights { misspelled, ..Weights::default() });
    let account = AccountId::parse("main").expect("a slug");
    let asked = Asked { account: &account, today: date(2026, 11, 23) };
    let id = |rule: &RuleIndex| rulebook.rules[rule.position()].id.as_str().to_owned();
    let report = report(&rows(set), |text| match matcher.answer(text, &asked).verdict {
        Verdict::Rule(rule) => Given::Rule(id(&rule)),
        Verdict::Choices(rules) => Given::Choices(rules.iter().map(id).collect()),
        Verdict::None => Given::Nothing,
    });
    report.line()
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
