use std::path::Path;

use yingda::publishing::examine;
use yingda::rulebook::{Files, Surroundings};

#[test]
fn the_shipped_rulebook_may_go_live() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("responses");
    let files = Files::read(&folder).expect("the shipped rulebook");

    let examination = examine(&files, &Surroundings::on(jiff::civil::date(2026, 11, 23)));

    let errors: Vec<String> = examination
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| format!("{}:{} {} {}", problem.file, problem.line, problem.cause, problem.remedy))
        .collect();
    assert!(errors.is_empty(), "{} errors:\n{}", errors.len(), errors.join("\n"));
    assert!(examination.transcripts.passed >= 15, "{:?}", examination.transcripts);
}

/// What staff may truly fill in must go live: the shipped conversations hold
/// before and after.
#[test]
fn filling_in_a_true_fact_or_the_hours_passes_the_shipped_conversations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("responses");
    let shipped = Files::read(&folder).expect("the shipped rulebook");
    let mut filled = shipped.clone();
    for (path, text) in shipped.texts() {
        // A figure for the price needs the deliberate 不含"元" taken out first.
        let placed = text.rfind("〔待填写").filter(|_| path.ends_with(".md") && &*path != "rules/price.md");
        let Some(start) = placed else { continue };
        let end = start + text[start..].find('〕').expect("closed") + '〕'.len_utf8();
        let fact = "标间，两人一间；可以安排，颁发结业证，必须提前三天说，统一发放，每套30元，中心盖章";
        filled.insert(path, format!("{}{fact}{}", &text[..start], &text[end..]).into_bytes());
    }
    let settings = shipped.text("settings.toml").expect("settings");
    let hours = "[hours]\nmon_fri = [\"08:30-12:00\", \"14:00-17:30\"]\nclosed = [\"2026-11-23\"]";
    filled.insert("settings.toml", settings.replacen("[hours]", hours, 1).into_bytes());

    let checked_on = |day| examine(&filled, &Surroundings::on(jiff::civil::date(2026, 11, day)));

    for day in [23, 24, 28] {
        let failures = checked_on(day).problems;
        let failures: Vec<String> = failures
            .iter()
            .filter(|problem| problem.is_error())
            .map(|problem| format!("{}:{} {}", problem.file, problem.line, problem.cause))
            .collect();
        assert!(failures.is_empty(), "on 2026-11-{day}:\n{}", failures.join("\n"));
    }
}

#[test]
fn the_shipped_rulebook_has_nothing_to_say_but_what_is_unfinished() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("responses");
    let files = Files::read(&folder).expect("the shipped rulebook");

    let examination = examine(&files, &Surroundings::on(jiff::civil::date(2026, 11, 23)));

    let other: Vec<&str> = examination
        .problems
        .iter()
        .map(|problem| problem.code)
        .filter(|code| *code != "unfinished")
        .collect();
    assert!(other.is_empty(), "{other:?}");
}
