//! What every edit promises: the file says what was asked, and nothing else of
//! it has changed.

use proptest::prelude::*;

use super::form::Move;
use super::settings::Part;
use super::values::Values;
use super::{article, contacts, courses, form, settings};

const CONTACTS: &str = include_str!("../../../responses/contacts.toml");
const ARTICLE: &str = include_str!("../../../responses/articles/ztjy.md");
const SETTINGS: &str = include_str!("../../../responses/settings.toml");
const FORM: &str = include_str!("../../../responses/forms/enquiry.toml");
const COURSES: &str =
    "\u{feff}id,自己的列,name,theme,days_min\r\nc01,x,\"甲,乙\",党性,3\r\n\r\nc02,,丙,,\r\n";

fn values(pairs: &[(&'static str, &str)]) -> Values {
    pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Lines of comments, in order, are all still there.
#[track_caller]
fn keeps_comments(before: &str, after: &str) {
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let mut lines = after.lines();
    for comment in before.lines().filter(is_comment) {
        assert!(lines.any(|line| line == comment), "「{comment}」 is gone:\n{after}");
    }
}

/// As a form sends it back: what is blank is not written.
fn as_kept(text: &str) -> &str {
    if text.trim().is_empty() { "" } else { text }
}

fn windows(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[test]
fn saving_what_was_there_changes_no_byte() {
    for bytes in [CONTACTS.as_bytes().to_vec(), windows(CONTACTS)] {
        let known = contacts::list(&bytes).expect("readable");
        assert_eq!(contacts::put(&bytes, Some("培训顾问"), &known[0]).expect("written"), bytes);
    }
    for bytes in [ARTICLE.as_bytes().to_vec(), windows(ARTICLE)] {
        let known = article::read(&bytes).expect("readable");
        assert_eq!(article::put(Some(&bytes), &known).expect("written"), bytes);
    }
    for bytes in [SETTINGS.as_bytes().to_vec(), windows(SETTINGS)] {
        for part in Part::ALL {
            let known = settings::read(&bytes, part).expect("readable");
            assert_eq!(settings::put(&bytes, part, &known).expect("written"), bytes, "{part:?}");
        }
    }
    let known = form::read(FORM.as_bytes()).expect("readable");
    let mut bytes = form::put_words(FORM.as_bytes(), &known.words).expect("written");
    for step in &known.steps {
        bytes = form::put_step(&bytes, Some(&step["id"]), step).expect("written");
    }
    assert_eq!(text_of(&bytes), FORM);
    for course in courses::list(COURSES.as_bytes()).expect("readable") {
        let written = courses::put(Some(COURSES.as_bytes()), Some(&course["id"]), &course).expect("written");
        assert_eq!(text_of(&written), COURSES);
    }
}

#[test]
fn a_value_stands_where_its_example_stood() {
    let changes = values(&[("role", "课程与报价"), ("phone", "0796-1234567")]);

    let written = contacts::put(CONTACTS.as_bytes(), Some("培训顾问"), &changes).expect("written");

    let written = text_of(&written);
    keeps_comments(CONTACTS, &written);
    assert!(
        written.contains("# role = \"课程与报价\"            # 职责，写了才显示\nrole = \"课程与报价\"\n"),
        "{written}"
    );
    assert!(written.contains("\nphone = \"0796-1234567\"\n"), "{written}");
}

#[test]
fn hours_with_breaks_and_holidays_stand_below_their_examples() {
    let hours = values(&[("mon_fri", "08:30-12:00\n14:00-17:30"), ("closed", "2027-02-05..2027-02-12")]);

    let written = settings::put(SETTINGS.as_bytes(), Part::Hours, &hours).expect("written");

    let text = text_of(&written);
    keeps_comments(SETTINGS, &text);
    assert!(text.contains("\nmon_fri = [\"08:30-12:00\", \"14:00-17:30\"]\n"), "{text}");
    assert!(text.contains("\nclosed = [\"2027-02-05..2027-02-12\"]\n"), "{text}");
    let read = settings::read(&written, Part::Hours).expect("readable");
    assert_eq!(read["mon_fri"], "08:30-12:00\n14:00-17:30");
}

#[test]
fn a_contact_may_have_hours_of_its_own_and_lose_them() {
    let opening = values(&[("open_mon_fri", "09:00-12:00"), ("hours", "工作日")]);
    let with = contacts::put(CONTACTS.as_bytes(), Some("培训顾问"), &opening).expect("written");
    assert!(text_of(&with).contains("[contact.hours]\nmon_fri = [\"09:00-12:00\"]\n"), "{}", text_of(&with));

    let none = values(&[
        ("open_mon_fri", ""),
        ("open_sat_sun", ""),
        ("open_closed", ""),
        ("open_extra", ""),
        ("hours", "工作日"),
    ]);
    let without = contacts::put(&with, Some("培训顾问"), &none).expect("written");

    keeps_comments(CONTACTS, &text_of(&without));
    assert!(text_of(&without).contains("\nhours = \"工作日\"\n"), "{}", text_of(&without));
    assert_eq!(contacts::list(&without).expect("readable")[0]["open_mon_fri"], "");
}

#[test]
fn contacts_come_and_go_and_one_is_the_default() {
    let second = values(&[("name", "同事甲"), ("phone", "0796-1"), ("default", "true")]);

    let two = contacts::put(CONTACTS.as_bytes(), None, &second).expect("written");
    let one = contacts::remove(&two, "培训顾问").expect("written");

    let defaults: Vec<String> = contacts::list(&two)
        .expect("readable")
        .into_iter()
        .map(|contact| contact["default"].clone())
        .collect();
    assert_eq!(defaults, ["", "true"]);
    assert_eq!(contacts::list(&one).expect("readable").len(), 1);
    assert!(text_of(&one).starts_with("# 联系人。"), "{}", text_of(&one));
    assert!(contacts::remove(&one, "培训顾问").is_err());
}

#[test]
fn steps_of_a_form_change_places_with_their_comments() {
    let ids = |bytes: &[u8]| -> Vec<String> {
        form::read(bytes).expect("readable").steps.into_iter().map(|step| step["id"].clone()).collect()
    };

    let moved = form::move_step(FORM.as_bytes(), "unit", Move::Down).expect("written");
    let back = form::move_step(&moved, "unit", Move::Up).expect("written");

    assert_eq!(ids(&moved), ["people", "unit", "when", "topic", "phone"]);
    assert_eq!(text_of(&back), FORM);
    assert_eq!(text_of(&form::move_step(FORM.as_bytes(), "unit", Move::Up).expect("nothing to do")), FORM);
    let removed = form::remove_step(FORM.as_bytes(), "when").expect("written");
    assert_eq!(ids(&removed), ["unit", "people", "topic", "phone"]);
    let added = form::put_step(FORM.as_bytes(), None, &values(&[("id", "days"), ("ask", "几天？")]))
        .expect("written");
    assert_eq!(ids(&added).last().map(String::as_str), Some("days"));
}

#[test]
fn a_list_of_words_that_is_emptied_stays_written() {
    let written =
        settings::put(SETTINGS.as_bytes(), Part::Words, &values(&[("red_lines", "")])).expect("written");

    assert!(text_of(&written).contains("red_lines = []"), "{}", text_of(&written));
}

#[test]
fn a_file_with_a_slip_is_left_alone() {
    assert!(contacts::put("[[contact]]\nname ＝ “甲”\n".as_bytes(), None, &Values::new()).is_err());
    assert!(article::put(Some("没有开头".as_bytes()), &Values::new()).is_err());
}

/// What people type, and what they should not.
fn some_text() -> impl Strategy<Value = String> {
    "[ a-z0-9费用多少。，\\n\"'\\\\#=\\[\\]{}\u{3000}-]{0,24}"
}

fn some_values(keys: &'static [&'static str]) -> impl Strategy<Value = Values> {
    let pairs = keys.iter().map(|key| (Just(*key), some_text())).collect::<Vec<_>>();
    pairs.prop_map(|pairs| pairs.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_written_into_toml_is_read_again(
        contact in some_values(&["role", "phone", "wechat", "hours", "owner"]),
        step in some_values(&["label", "ask", "example", "hint"]),
        facts in some_values(&["title", "source", "summary", "stale_note"]),
        phrases in some_values(&["honest", "choose", "not_understood_first", "more", "small_talk"]),
    ) {
        let written = contacts::put(CONTACTS.as_bytes(), Some("培训顾问"), &contact).expect("written");
        let read = contacts::list(&written).expect("readable");
        for (key, value) in &contact {
            prop_assert_eq!(&read[0][key], as_kept(value), "{}", key);
        }
        keeps_comments(CONTACTS, &text_of(&written));

        let written = form::put_step(FORM.as_bytes(), Some("when"), &step).expect("written");
        let read = form::read(&written).expect("readable");
        for (key, value) in &step {
            prop_assert_eq!(&read.steps[2][key], as_kept(value), "{}", key);
        }
        prop_assert_eq!(read.steps.len(), 5);
        keeps_comments(FORM, &text_of(&written));

        let written = article::put(Some(ARTICLE.as_bytes()), &facts).expect("written");
        let read = article::read(&written).expect("readable");
        for (key, value) in &facts {
            prop_assert_eq!(&read[key], as_kept(value), "{}", key);
        }
        keeps_comments(ARTICLE, &text_of(&written));

        let written = settings::put(SETTINGS.as_bytes(), Part::Phrases, &phrases).expect("written");
        let read = settings::read(&written, Part::Phrases).expect("readable");
        for (key, value) in &phrases {
            prop_assert_eq!(&read[key], as_kept(value), "{}", key);
        }
        keeps_comments(SETTINGS, &text_of(&written));
    }

    #[test]
    fn whatever_is_written_into_a_table_is_read_again(
        course in some_values(&["name", "theme", "audience", "points"]),
        is_new in any::<bool>(),
    ) {
        let mut course = course;
        course.insert("id", if is_new { "c03" } else { "c02" }.to_owned());
        let was = (!is_new).then_some("c02");

        let written = courses::put(Some(COURSES.as_bytes()), was, &course).expect("written");

        let read = courses::list(&written).expect("readable");
        let found = read.iter().find(|found| found["id"] == course["id"]).expect("it is there");
        for (key, value) in &course {
            let found = found.get(key).map(String::as_str).unwrap_or_default();
            prop_assert_eq!(found, value.trim(), "{}", key);
        }
        prop_assert!(text_of(&written).contains("c01,x,\"甲,乙\",党性,3\r\n"));
    }
}
