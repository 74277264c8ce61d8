//! Which page edits a place in the rulebook's files, and which shows it to who
//! may not edit.

use std::path::Path;

use super::visit::in_address;
use crate::model::{Right, Role};
use crate::rulebook::{Rule, Rulebook};

/// Endings of the files that a rulebook is made of.
const TEXTS: [&str; 5] = ["md", "csv", "toml", "chat", "txt"];

/// What stands at a place, and where it is put right.
pub(super) struct Place {
    /// What staff call it; the file where it has no name.
    pub name: String,
    pub owner: String,
    /// Asks for the right to edit.
    editor: Option<String>,
    /// For everybody; None: the editor is open to all.
    list: Option<&'static str>,
    is_for_all: bool,
}

impl Place {
    /// As the first of these rulebooks that knows it has it. A line of 0 means
    /// the file as a whole.
    pub fn find(books: &[&Rulebook], file: &str, line: usize) -> Self {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let found = match file.split_once('/') {
            Some(("rules", _)) => books.iter().find_map(|book| rule_at(book, file, line)),
            Some(("articles", _)) => books.iter().find_map(|book| article_in(book, file)),
            Some(("forms", name)) => name.strip_suffix(".toml").map(form),
            None if file == "courses.csv" => {
                let course = books.iter().find_map(|book| course_at(book, line));
                Some(course.unwrap_or_else(|| list_of(file, "/console/courses")))
            }
            None if file == "contacts.toml" => Some(list_of(file, "/console/contacts")),
            None if file == "settings.toml" => Some(list_of(file, "/console/settings")),
            Some(_) | None => None,
        };
        found.unwrap_or_else(|| Self::text(file))
    }

    /// What no other page shows.
    fn text(file: &str) -> Self {
        let (name, owner) = (file.to_owned(), String::new());
        Self { name, owner, editor: text_of(file), list: None, is_for_all: false }
    }

    /// The page that this member may open.
    pub fn address_for(&self, role: Role) -> Option<String> {
        match self.is_for_all || role.may(Right::Edit) {
            true => self.editor.clone(),
            false => self.list.map(str::to_owned),
        }
    }
}

/// The one that the line belongs to.
fn rule_at(book: &Rulebook, file: &str, line: u32) -> Option<Place> {
    let here: Vec<&Rule> = book.rules.iter().filter(|rule| &*rule.place.file == file).collect();
    let rule = match here.as_slice() {
        [only] => only,
        several => {
            several.iter().filter(|rule| rule.place.line <= line).max_by_key(|rule| rule.place.line)?
        }
    };
    Some(Place {
        name: rule.name.to_string(),
        owner: rule.owner.as_deref().unwrap_or_default().to_owned(),
        editor: Some(format!("/console/rules/{}", in_address(rule.id.as_str()))),
        list: None,
        is_for_all: true,
    })
}

fn course_at(book: &Rulebook, line: u32) -> Option<Place> {
    let before = book.catalog.courses.iter().filter(|course| course.place.line <= line);
    let course = before.max_by_key(|course| course.place.line)?;
    Some(Place {
        name: course.name.to_string(),
        owner: course.owner.as_deref().unwrap_or_default().to_owned(),
        editor: Some(format!("/console/courses/{}", in_address(&course.id))),
        list: Some("/console/courses"),
        is_for_all: false,
    })
}

fn article_in(book: &Rulebook, file: &str) -> Option<Place> {
    let article = book.catalog.articles.iter().find(|article| &*article.place.file == file)?;
    Some(Place {
        name: article.title.to_string(),
        owner: article.owner.as_deref().unwrap_or_default().to_owned(),
        editor: Some(format!("/console/articles/{}", in_address(article.id.as_str()))),
        list: Some("/console/articles"),
        is_for_all: false,
    })
}

/// Its page shows it whatever is wrong with it.
fn form(id: &str) -> Place {
    let (name, owner) = (id.to_owned(), String::new());
    let editor = Some(format!("/console/forms/{}", in_address(id)));
    Place { name, owner, editor, list: None, is_for_all: true }
}

fn list_of(file: &str, address: &str) -> Place {
    let (name, owner) = (file.to_owned(), String::new());
    Place { name, owner, editor: Some(address.to_owned()), list: None, is_for_all: true }
}

/// Where a file is changed as text; None: it is no text.
pub(super) fn text_of(file: &str) -> Option<String> {
    is_text(file).then(|| format!("/console/files/text?path={}", in_address(file)))
}

pub(super) fn is_text(file: &str) -> bool {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| TEXTS.iter().any(|text| ending.eq_ignore_ascii_case(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::{Files, Surroundings, check};

    const FILES: &[(&str, &str)] = &[
        ("contacts.toml", "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\n"),
        (
            "rules/price.md",
            "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n请问顾问。\n",
        ),
        ("rules/faq.csv", "id,name,contains,reply\nwifi,网,wifi,有。\npark,车,停车,有。\n"),
        ("courses.csv", "id,name,owner\nc01,红色,李\n"),
        ("articles/one.md", "+++\nid = \"first\"\ntitle = \"文章\"\n+++\n正文。\n"),
    ];

    #[test]
    fn who_may_edit_gets_the_page_that_edits_and_others_one_that_they_may_open() {
        let mut files = Files::default();
        FILES.iter().for_each(|(path, text)| files.insert(path, text.as_bytes()));
        let checked = check(&files, &Surroundings::on(jiff::civil::date(2026, 11, 23)));
        let book = checked.rulebook.expect("good files");
        let text = "/console/files/text?path=";
        let cases: &[(&str, usize, &str, Option<&str>)] = &[
            ("rules/price.md", 0, "/console/rules/price", Some("/console/rules/price")),
            ("rules/price.md", 6, "/console/rules/price", Some("/console/rules/price")),
            ("rules/faq.csv", 3, "/console/rules/park", Some("/console/rules/park")),
            ("rules/faq.csv", 0, &format!("{text}rules%2Ffaq%2Ecsv"), None),
            ("courses.csv", 2, "/console/courses/c01", Some("/console/courses")),
            ("courses.csv", 0, "/console/courses", Some("/console/courses")),
            ("articles/one.md", 3, "/console/articles/first", Some("/console/articles")),
            ("articles/broken.md", 1, &format!("{text}articles%2Fbroken%2Emd"), None),
            ("forms/enquiry.toml", 4, "/console/forms/enquiry", Some("/console/forms/enquiry")),
            ("settings.toml", 4, "/console/settings", Some("/console/settings")),
            ("tests/a.chat", 4, &format!("{text}tests%2Fa%2Echat"), None),
        ];
        for (file, line, edits, looks) in cases {
            let place = Place::find(&[&book], file, *line);
            assert_eq!(place.address_for(Role::Editor).as_deref(), Some(*edits), "{file}:{line}");
            assert_eq!(place.address_for(Role::Viewer).as_deref(), *looks, "{file}:{line}");
        }
    }
}
