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
