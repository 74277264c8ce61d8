//! Rule files from bytes to replies: what is told about them, and what they
//! send.

mod editing;
mod encodings;
mod garbage;
mod importing;
mod problems;
mod reference;
mod replies;
mod reports;
mod shipped;

use jiff::civil::Date;
use yingda::rulebook::{Checked, Files, Rulebook, Surroundings, check};

/// A Monday.
const TODAY: &str = "2026-11-23";

const CONTACTS: &str = "\
[[contact]]
name = \"培训顾问\"
phone = \"0796-6559898\"
wechat = \"jgspxpy\"
default = true
";

const SETTINGS: &str = "[centre]\nname = \"培训中心\"\n";

fn today() -> Date {
    TODAY.parse().expect("a date")
}

/// A rulebook of these files, with contacts and settings where they bring none.
fn folder(written: &[(&str, &str)]) -> Files {
    let mut files = Files::default();
    files.insert("contacts.toml", CONTACTS.as_bytes());
    files.insert("settings.toml", SETTINGS.as_bytes());
    for (path, text) in written {
        files.insert(path, text.as_bytes());
    }
    files
}

fn check_today(files: &Files) -> Checked {
    check(files, &Surroundings::on(today()))
}

/// The rulebook of files without errors.
fn rulebook(written: &[(&str, &str)]) -> Rulebook {
    let checked = check_today(&folder(written));
    assert_eq!(checked.errors(), 0, "{:#?}", checked.problems);
    checked.rulebook.expect("there are no errors")
}

/// A rule file that says nothing but `body`.
fn rule(id: &str, more: &str, body: &str) -> String {
    format!("+++\nid = \"{id}\"\nname = \"{id}\"\n{more}\n+++\n{body}")
}
