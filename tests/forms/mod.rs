//! Forms and hand-over through the real decision: whatever is said, a form
//! asks, goes on, and ends.

mod handoff;
mod promises;
mod sources;

use jiff::Timestamp;
use yingda::answer::Edition;
use yingda::conversation::decide::Decided;
use yingda::model::effect::Effect;
use yingda::model::{AccountId, LeadForm};
use yingda::rehearsal::{Rehearsal, text_of};
use yingda::rulebook::{Files, Surroundings, check};

/// Monday, ten in the morning.
const NOW: &str = "2026-11-23T10:00:00+08:00";

const FILES: &[(&str, &str)] = &[
    ("settings.toml", "[centre]\nname = \"培训中心\"\n[privacy]\nkeep_leads_months = 6\n"),
    (
        "contacts.toml",
        "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    ),
    (
        "rules/enquiry.md",
        "+++\nid = \"enquiry\"\nname = \"报名\"\nkind = \"form\"\nform = \"enquiry\"\ntriggers = [\"=咨询\", \"报名\"]\n+++\n",
    ),
    (
        "rules/price.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\", \"=价格\"]\n+++\n费用请问顾问。\n1. [报名](form:enquiry)\n2. [人工](rule:human)\n",
    ),
    (
        "rules/human.md",
        "+++\nid = \"human\"\nname = \"人工\"\nkind = \"human\"\ntriggers = [\"人工\"]\n+++\n",
    ),
    (
        "rules/complaint.md",
        "+++\nid = \"complaint\"\nname = \"投诉\"\nwaiting = true\ntriggers = [\"投诉\"]\n+++\n给您添麻烦了。\n",
    ),
    (
        "rules/contact.md",
        "+++\nid = \"contact\"\nname = \"联系\"\nkind = \"contact\"\ntriggers = [\"联系方式\"]\n+++\n",
    ),
];

fn edition() -> Edition {
    edition_with(&[])
}

fn edition_with(more: &[(&str, &str)]) -> Edition {
    let mut files = Files::default();
    for (path, text) in FILES.iter().chain(more) {
        files.insert(path, text.as_bytes());
    }
    let checked = check(&files, &Surroundings::on("2026-11-23".parse().expect("a date")));
    Edition::new(1, checked.rulebook.unwrap_or_else(|| panic!("{:#?}", checked.problems)))
}

fn customer(edition: &Edition) -> Rehearsal<'_> {
    let now: Timestamp = NOW.parse().expect("a time");
    Rehearsal::new(edition, AccountId::parse("main").expect("a slug"), now)
}

fn says(customer: &mut Rehearsal<'_>, text: &str) -> String {
    text_of(&customer.says(text).reply)
}

fn lead_of(decided: &Decided) -> Option<&LeadForm> {
    decided.effects.iter().find_map(|effect| match effect {
        Effect::Lead(lead) => Some(&**lead),
        Effect::Wait(_) | Effect::StopWaiting | Effect::Settle(_) | Effect::Came { .. } | Effect::Erase => {
            None
        }
    })
}
