//! The rulebook that is shipped.

use std::path::Path;

use yingda::model::Limits;
use yingda::rulebook::{Files, Moment, Severity};

use super::check_today;

fn shipped() -> Files {
    Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("responses")).expect("responses can be read")
}

#[test]
fn the_shipped_rulebook_holds_no_errors_and_only_waits_for_facts() {
    let checked = check_today(&shipped());

    let told: Vec<String> = checked
        .problems
        .iter()
        .filter(|problem| problem.severity > Severity::Note && problem.code != "unfinished")
        .map(yingda::rulebook::Problem::to_line)
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn nothing_unfinished_is_ever_sent() {
    let rulebook = check_today(&shipped()).rulebook.expect("no errors");
    for hour in ["2026-11-23T02:00:00Z", "2026-11-23T15:00:00Z", "2036-11-23T02:00:00Z"] {
        for public_url in [None, Some("https://wx.example.org")] {
            let now = hour.parse().expect("a time");
            let moment = Moment { now, draw: 7, public_url, limits: Limits::STRICTEST };
            for rule in &rulebook.rules {
                let rendered = rulebook.render(rule, &moment);
                let shown = format!("{:?}", rendered.reply);
                assert!(!shown.contains("待填写") && !shown.contains("{{"), "{}: {shown}", rule.id);
            }
        }
    }
}
