//! 文章: what cards link to, with its source and the day its times have passed.

use axum::extract::{Path, Query};
use axum::response::Response;

use super::super::failure::PageError;
use super::super::visit::{Sent, Visit, in_address};
use super::editing::{self, Typed};
use super::entry::{Kind, Line, line};
use super::list::{self, Asked};
use super::thing::{Preview, Thing};
use crate::model::ArticleId;
use crate::rulebook::edit::{EditError, Values, article};
use crate::rulebook::uses::Fact;
use crate::rulebook::{Files, Moment, Rulebook};

const FOLDER: &str = "articles/";
const ADDRESS: &str = "/console/articles";

const ID: Line = line("id", "article.id", Kind::Text).required();
const LINES: &[Line] = &[
    line("title", "article.title", Kind::Text).required(),
    line("source", "article.source", Kind::Text),
    line("date", "article.date", Kind::Date),
    line("link", "article.link", Kind::Address),
    line("cover", "article.cover", Kind::Address),
    line("summary", "article.summary", Kind::Long(2)),
    line("stale_after", "article.stale_after", Kind::Date),
    line("stale_note", "article.stale_note", Kind::Long(2)),
    line("owner", "catalog.owner", Kind::Text),
    line("valid_until", "article.valid_until", Kind::Date),
    line(article::BODY, "article.body", Kind::Long(10)),
];

const LIST: list::Kind = list::Kind {
    here: "articles",
    address: ADDRESS,
    lead: "article.lead",
    nothing: "article.nothing",
    file: FOLDER,
    sheet: None,
    columns: &[("article.source", &["source"]), ("article.date", &["date"])],
    name: "title",
    id: "id",
    fact: Fact::Article,
};

struct Article {
    id: String,
    is_new: bool,
}

pub(in crate::console) async fn show(
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let items =
        |shelf: &super::Shelf| Some(all(&shelf.files).into_iter().map(|(_, values)| values).collect());
    list::show(&visit, &LIST, items, &asked).await
}

pub(in crate::console) async fn new(visit: Visit) -> Result<Response, PageError> {
    editing::show(&visit, &Article::new(String::new())).await
}

pub(in crate::console) async fn add(visit: Visit, Sent(sent): Sent<Typed>) -> Result<Response, PageError> {
    let id = sent.iter().find(|(name, _)| name == ID.key).map(|(_, id)| id.trim().to_owned());
    editing::take(&visit, &Article::new(id.unwrap_or_default()), sent).await
}

pub(in crate::console) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    editing::show(&visit, &Article::known(id)).await
}

pub(in crate::console) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &Article::known(id), sent).await
}

pub(in crate::console) async fn ask_removal(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    editing::ask_removal(&visit, &Article::known(id)).await
}

pub(in crate::console) async fn remove(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    editing::remove(&visit, &Article::known(id), |_| Ok(None)).await
}

impl Article {
    fn known(id: String) -> Self {
        Self { id, is_new: false }
    }

    /// The file is called by the id.
    fn new(id: String) -> Self {
        Self { id, is_new: true }
    }
}

impl Thing for Article {
    fn lines(&self) -> Vec<Line> {
        let own = self.is_new.then_some(ID);
        own.into_iter().chain(LINES.iter().copied()).collect()
    }

    fn file(&self, files: &Files) -> String {
        let known = all(files).into_iter().find(|(_, values)| values.get("id") == Some(&self.id));
        known.map_or_else(|| format!("{FOLDER}{}.md", self.id), |(path, _)| path)
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        if self.is_new {
            return Ok(None);
        }
        let bytes = files.get(&self.file(files)).ok_or(EditError::Gone)?;
        let read = article::read(bytes)?;
        Ok(Some(
            LINES.iter().map(|line| (line.key, read.get(line.key).cloned().unwrap_or_default())).collect(),
        ))
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        article::put(files.get(&self.file(files)), values)
    }

    fn address(&self, _values: &Values) -> String {
        format!("{ADDRESS}/{}", in_address(&self.id))
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("articles", ADDRESS)
    }

    fn title(&self, values: &Values) -> String {
        values.get("title").cloned().unwrap_or_default()
    }

    fn title_of_new(&self) -> &'static str {
        "catalog.new_article"
    }

    fn fact(&self) -> Option<Fact> {
        (!self.is_new).then(|| Fact::Article(self.id.clone()))
    }

    fn show(&self, rulebook: &Rulebook, _values: &Values, moment: &Moment<'_>) -> Preview {
        let id = ArticleId::parse(&self.id).ok();
        id.and_then(|id| rulebook.show_article(&id, moment)).into()
    }

    fn mistakes(&self, files: &Files, _values: &Values) -> Vec<(&'static str, &'static str)> {
        if !self.is_new || self.id.is_empty() {
            return Vec::new();
        }
        let is_known = files.get(&self.file(files)).is_some();
        let is_bad = ArticleId::parse(&self.id).is_err();
        let mistake =
            if is_bad { Some("article.id_refused") } else { is_known.then_some("article.id_taken") };
        mistake.map(|word| (ID.key, word)).into_iter().collect()
    }

    fn removal(&self) -> Option<String> {
        (!self.is_new).then(|| format!("{ADDRESS}/{}/remove", in_address(&self.id)))
    }
}

/// Every article that can be read, by its file; its id is the file's name where
/// none is written.
fn all(files: &Files) -> Vec<(String, Values)> {
    let articles = files.iter().filter(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".md"));
    articles
        .filter_map(|(path, bytes)| {
            let mut values = article::read(bytes).ok()?;
            let stem = path.strip_prefix(FOLDER)?.strip_suffix(".md")?;
            let id = values.entry("id").or_default();
            if id.is_empty() {
                stem.clone_into(id);
            }
            Some((path.to_string(), values))
        })
        .collect()
}
