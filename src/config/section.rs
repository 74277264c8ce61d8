//! Reads sections value by value and gathers every mistake. A section says
//! which keys it has by asking for them; what nobody asked for is unknown.
//!
//! `value` and `optional` give `None` also after a mistake, which is noted: a
//! section is read to its end all the same, so that one run shows everything.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::layers::{Layers, Node, Table, Value};
use super::problem::{ConfigError, Place, Problem, Warning};
use super::secret;
use super::setting::Setting;
use super::sources::Sources;
use super::store::StoreUrl;
use crate::model::AccountId;

/// A name is taken for a typing mistake of another from this likeness on
/// (Jaro-Winkler, 1 is equal): `listn` and `listen` reach 0.97, unrelated keys
/// of default.toml stay under 0.75.
const LIKENESS: f64 = 0.8;

#[derive(Debug)]
pub struct Reader<'a> {
    layers: Layers,
    known_sections: Vec<&'static str>,
    notes: Notes<'a>,
}

/// What was noticed while reading, and what a secret needs to be found.
#[derive(Debug)]
pub struct Notes<'a> {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Warning>,
    pub sources: Sources<'a>,
    pub file_open_to_all: bool,
}

#[derive(Debug)]
pub struct Section<'r, 'a> {
    name: &'static str,
    /// As written: `[server]`.
    heading: String,
    place: Place,
    table: Table,
    asked: Vec<&'static str>,
    absent: Vec<&'static str>,
    pub notes: &'r mut Notes<'a>,
}

impl<'a> Reader<'a> {
    pub fn new(layers: Layers, sources: &Sources<'a>) -> Self {
        let notes = Notes {
            problems: Vec::new(),
            warnings: Vec::new(),
            sources: *sources,
            file_open_to_all: layers.file_open_to_all.is_some(),
        };
        Self { layers, known_sections: vec!["account"], notes }
    }

    pub fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_, 'a>) -> Option<T>,
    ) -> Option<T> {
        self.known_sections.push(name);
        let (place, table) = match self.layers.sections.remove(name).map(|node| (node.place, node.value)) {
            Some((place, Value::Table(table))) => (place, table),
            Some((place, Value::Text(_) | Value::Integer(_) | Value::Tables(_) | Value::Other(_))) => {
                let what = format!("“{name}”是一节设置，不能直接写值");
                self.notes.problem(place, what, format!("请把它写成一节：[{name}]"));
                return None;
            }
            None => (Place::Nowhere, Table::new()),
        };
        let section = Section::new(name, format!("[{name}]"), place, table, &mut self.notes);
        section.read_whole(read)
    }

    /// Each `[[account]]`, as far as it could be read.
    pub fn accounts<T>(&mut self, read: impl Fn(&mut Section<'_, 'a>) -> Option<T>) -> Vec<Option<T>> {
        let accounts = std::mem::take(&mut self.layers.accounts);
        let each = accounts.into_iter().map(|(place, table)| {
            let heading = "[[account]]".to_owned();
            Section::new("account", heading, place, table, &mut self.notes).read_whole(&read)
        });
        each.collect()
    }

    /// The ids that are written, without judging the accounts.
    pub fn account_ids(&self) -> Vec<AccountId> {
        let ids = self.layers.accounts.iter().filter_map(|(_, account)| account.get("id"));
        ids.filter_map(|id| AccountId::read(&id.value).ok()).collect()
    }

    /// The SQLite database that is written, without judging `[store]`.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let Value::Table(store) = &self.layers.sections.get("store")?.value else { return None };
        let Value::Text(url) = &store.get("url")?.value else { return None };
        match StoreUrl::parse(&url.trim().into()) {
            Ok(StoreUrl::Sqlite { path }) => Some(path),
            Ok(StoreUrl::Postgres { .. }) | Err(_) => None,
        }
    }

    pub fn notes(&mut self) -> &mut Notes<'a> {
        &mut self.notes
    }

    /// The settings with what to warn about, or every problem.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<(T, Vec<Warning>), ConfigError> {
        self.report_unknown_sections();
        self.finish_early(read)
    }

    /// Like `finish`, when only some of the sections were of interest.
    pub fn finish_early<T>(mut self, read: Option<T>) -> Result<(T, Vec<Warning>), ConfigError> {
        self.notes.problems.sort_by_key(|problem| problem.place.reading_order());
        match read {
            Some(settings) if self.notes.problems.is_empty() => Ok((settings, self.notes.warnings)),
            Some(_) | None => Err(ConfigError::Wrong { problems: self.notes.problems }),
        }
    }

    fn report_unknown_sections(&mut self) {
        let unknown = std::mem::take(&mut self.layers.sections);
        for (name, node) in unknown {
            let remedy = suggest(&name, &self.known_sections).map_or_else(
                || format!("可以有的节：{}", self.known_sections.join("、")),
                |likely| format!("是不是想写 {likely}？"),
            );
            self.notes.problem(node.place, format!("不认识的一节“{name}”"), remedy);
        }
    }
}

impl<'r, 'a> Section<'r, 'a> {
    fn new(
        name: &'static str,
        heading: String,
        place: Place,
        table: Table,
        notes: &'r mut Notes<'a>,
    ) -> Self {
        Self { name, heading, place, table, asked: Vec::new(), absent: Vec::new(), notes }
    }

    fn read_whole<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let settings = read(&mut self);
        self.report_unknown_keys();
        settings
    }

    /// A setting that must be there; most have a default.
    pub fn value<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let node = self.take(key);
        self.require(key);
        self.parse(key, &node?)
    }

    pub fn optional<T: Setting>(&mut self, key: &'static str) -> Option<T> {
        let node = self.take(key)?;
        self.parse(key, &node)
    }

    pub fn optional_secret(&mut self, key: &'static str) -> Option<Found<SecretString>> {
        let node = self.take(key)?;
        match secret::read(&node, self.notes) {
            Ok(secret) => Some(Found { value: secret, place: node.place }),
            Err((what, remedy)) => {
                self.notes.problem(node.place, format!("{key} {what}"), remedy);
                None
            }
        }
    }

    /// A secret, checked; `check` says what is wrong and what to do.
    pub fn optional_checked_secret<T>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&SecretString) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.optional_secret(key)?;
        match check(&found.value) {
            Ok(value) => Some(value),
            Err(remedy) => {
                self.notes.problem(found.place, format!("{key} 的内容不对"), remedy);
                None
            }
        }
    }

    /// Notes that `key` is missing, if it was asked for and not written. A key
    /// that was written wrongly has been noted already.
    pub fn require(&mut self, key: &'static str) {
        if self.absent.contains(&key) {
            self.report_missing(key);
        }
    }

    pub fn lacks(&self, key: &str) -> bool {
        !self.table.contains_key(key)
    }

    /// Whether `key` is `{ file = "path" }`.
    pub fn names_file(&self, key: &str, path: &Path) -> bool {
        self.table.get(key).and_then(secret::file_of) == Some(path)
    }

    /// The value as written, for a setting that is more than a value.
    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let node = self.table.remove(key);
        if node.is_none() {
            self.absent.push(key);
        }
        node
    }

    fn report_missing(&mut self, key: &'static str) {
        let what = format!("{} 缺少 {key}", self.heading);
        self.notes.problem(self.place.clone(), what, missing_remedy(self.name, key));
    }

    /// Where the section begins, for a mistake that no single value makes.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    fn parse<T: Setting>(&mut self, key: &str, node: &Node) -> Option<T> {
        match T::read(&node.value) {
            Ok(value) => Some(value),
            Err(should) => {
                self.notes.problem(node.place.clone(), format!("{key} 的值不对"), should);
                None
            }
        }
    }

    fn report_unknown_keys(&mut self) {
        for (key, node) in std::mem::take(&mut self.table) {
            let remedy = suggest(&key, &self.asked).map_or_else(
                || format!("{} 可以有：{}", self.heading, self.asked.join("、")),
                |likely| format!("是不是想写 {likely}？"),
            );
            self.notes.problem(node.place, format!("{} 里有不认识的设置“{key}”", self.heading), remedy);
        }
    }
}

/// A value and where it was written.
#[derive(Debug)]
pub struct Found<T> {
    pub value: T,
    pub place: Place,
}

impl Notes<'_> {
    pub fn problem(&mut self, place: Place, what: String, remedy: impl Into<String>) {
        self.problems.push(Problem { place, what, remedy: remedy.into() });
    }

    pub fn warning(&mut self, place: Place, what: String, remedy: impl Into<String>) {
        self.warnings.push(Warning(Problem { place, what, remedy: remedy.into() }));
    }
}

fn missing_remedy(section: &str, key: &str) -> String {
    let example = super::reference::example(section, key);
    example.map_or_else(|| "请补上这一项".to_owned(), |example| format!("请补上，例如 {key} = {example}"))
}

fn suggest(unknown: &str, known: &[&'static str]) -> Option<&'static str> {
    let scored = known.iter().map(|name| (strsim::jaro_winkler(unknown, name), *name));
    scored
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}
