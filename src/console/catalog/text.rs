//! A file of the rulebook as text, for what no form can change: a rule file that
//! cannot be read, a transcript, anything written by hand. Beside it what the
//! check says, line by line. It saves into the draft as forms do, and nothing
//! typed is lost. What the rules folder holds and is not live is put right the
//! same way. Not here: making or removing files.

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::super::diff::{self, Line};
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page, show_again};
use super::super::places::is_text;
use super::super::visit::{Sent, Visit, address};
use super::super::words::Sentence;
use super::clash::Clash;
use super::excerpt::Remark;
use super::shelf::others_at;
use crate::publishing::{COLLISION, Draft, TakenOver, WriteError};
use crate::rulebook::edit::Saved;
use crate::rulebook::{Files, Problem};
use crate::store::content_hash;

const HERE: &str = "/console/files/text";
const FOLDER: &str = "folder";
/// A form has 2 MB at most (`visit`), and sends nine bytes for a character of three.
const MAX_BYTES: usize = 600 << 10;
/// More remarks than anybody mends at a time.
const MOST_REMARKS: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    path: String,
    /// `folder`: as the rules folder holds it, which is not live.
    from: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Typed {
    text: String,
    /// The hash of what the draft held; empty for a file that it has not.
    seen: String,
    /// The hash of what the folder held, where that was shown.
    folder: String,
    /// `save`, `look`, or `live`: what is live instead of the folder's.
    #[serde(rename = "do")]
    deed: String,
}

#[derive(Template)]
#[template(path = "console/pages/files.html")]
struct FilesPage {
    frame: Frame,
    files: Vec<Listed>,
}

struct Listed {
    path: String,
    address: String,
    errors: usize,
    is_drafted: bool,
}

#[derive(Template)]
#[template(path = "console/pages/text.html")]
struct TextPage {
    frame: Frame,
    path: String,
    action: String,
    text: String,
    seen: String,
    /// It was looked at or refused, and is nowhere but on this page.
    is_unsaved: bool,
    /// The hash of what the folder holds, where that is shown.
    folder: Option<String>,
    /// From what is live to what the folder holds, where both were changed.
    collision: Option<Vec<Line>>,
    others: Vec<Sentence<'static>>,
    problems: Vec<Remark>,
    /// Problems that are not listed.
    more: usize,
    /// Why the text is not shown, or not as it is.
    caution: Option<Sentence<'static>>,
    may_save: bool,
}

/// A file, opened.
struct Desk<'v> {
    visit: &'v Visit,
    draft: Draft,
    path: String,
    /// What the folder holds, where that is asked for.
    folder: Option<Arc<[u8]>>,
}

/// Those with errors first.
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, PageError> {
    let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let problems = examine(&visit, draft.files().clone()).await?;
    let errors = |path: &str| problems.iter().filter(|one| one.is_error() && one.file == path).count();
    let paths = draft.files().iter().map(|(path, _)| &**path).filter(|path| is_text(path));
    let listed = |path: &str| Listed {
        errors: errors(path),
        is_drafted: draft.changes().contains_key(path),
        address: address_of(path),
        path: path.to_owned(),
    };
    let mut files: Vec<Listed> = paths.map(listed).collect();
    files.sort_by_key(|file| file.errors == 0);
    show_page(&FilesPage { frame: visit.frame("rules"), files })
}

pub(in crate::console) async fn show(
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let desk = Desk::open(&visit, &asked).await?;
    show_page(&desk.page(None).await?)
}

pub(in crate::console) async fn take(
    visit: Visit,
    Query(asked): Query<Asked>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, PageError> {
    let mut desk = Desk::open(&visit, &asked).await?;
    let text = match typed.deed.as_str() {
        "live" => read(desk.live()).0,
        _ => typed.text.replace("\r\n", "\n").replace('\r', "\n"),
    };
    let typed = Typed { text, ..typed };
    if typed.deed == "look" {
        return show_page(&desk.page(Some(&typed)).await?);
    }
    let (store, bytes) = (&visit.console.store, desk.bytes(&typed.text));
    let seen = Some(typed.seen.as_str()).filter(|seen| !seen.is_empty());
    match desk.draft.write(store, &desk.path, bytes, seen, visit.now()).await {
        Ok(()) => Ok(visit.done(&address_of(&desk.path), desk.settle(typed.folder, &visit))),
        Err(WriteError::Clash { theirs, by, at }) => {
            let clash = Clash {
                here: "rules",
                title: desk.path.clone(),
                faster: (by, at),
                theirs: theirs.as_deref().map(|bytes| read(bytes).0).unwrap_or_default(),
                seen: theirs.as_deref().map(content_hash).unwrap_or_default(),
                mine: typed.text.clone(),
                fields: vec![("text".to_owned(), typed.text), ("folder".to_owned(), typed.folder)],
                action: desk.action(),
            };
            show_again(&clash.page(&visit))
        }
        Err(WriteError::Path(_)) => {
            let mut page = desk.page(Some(&typed)).await?;
            page.caution = Some(visit.caller.t.say("files.bad_name"));
            show_again(&page)
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

impl<'v> Desk<'v> {
    async fn open(visit: &'v Visit, asked: &Asked) -> Result<Self, PageError> {
        let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
        let path = asked.path.clone();
        let folder = if asked.from == FOLDER { in_folder(visit, &path) } else { None };
        let is_here = is_text(&path) && (draft.bytes(&path).is_some() || folder.is_some());
        if is_here { Ok(Self { visit, draft, path, folder }) } else { Err(PageError::Missing) }
    }

    /// What is put right: as the folder holds it, or the draft.
    fn shown(&self) -> &[u8] {
        self.folder.as_deref().or_else(|| self.draft.bytes(&self.path)).unwrap_or_default()
    }

    fn live(&self) -> &[u8] {
        self.draft.live().get(&self.path).unwrap_or_default()
    }

    /// The press does not choose where both were changed.
    fn collision(&self) -> Option<Vec<Line>> {
        let status = self.visit.console.status();
        let is_it = |problem: &Problem| problem.code == COLLISION && problem.file == self.path;
        let folder = self.folder.as_deref().filter(|_| status.problems.iter().any(is_it))?;
        Some(diff::changes(&read(self.live()).0, &read(folder).0))
    }

    /// What the folder holds was seen, if it was shown. The word for what was done.
    fn settle(&self, folder: String, visit: &Visit) -> &'static str {
        let mended = self.draft.hash_of(&self.path).unwrap_or_default();
        let is_live = self.draft.live().get(&self.path).map(content_hash).as_ref() == Some(&mended);
        if folder.is_empty() {
            return "files.saved";
        }
        visit.console.gate.take_over(&self.path, TakenOver { seen: folder, mended });
        if is_live { "files.as_live" } else { "files.saved" }
    }

    fn action(&self) -> String {
        match self.folder {
            Some(_) => address_in_folder(&self.path),
            None => address_of(&self.path),
        }
    }

    /// Saved as the file was: its encoding and line endings stay.
    fn bytes(&self, text: &str) -> Vec<u8> {
        match Saved::open(self.shown()) {
            Ok(saved) => saved.save(text),
            Err(_) => text.as_bytes().to_vec(),
        }
    }

    /// Problems are of what is on the page.
    async fn page(&self, typed: Option<&Typed>) -> Result<TextPage, PageError> {
        let t = self.visit.caller.t;
        let (kept, is_garbled) = read(self.shown());
        let mut files = self.draft.files().clone();
        files
            .insert(&self.path, typed.map_or_else(|| self.shown().to_vec(), |typed| self.bytes(&typed.text)));
        let text = typed.map_or(kept, |typed| typed.text.clone());
        let is_too_long = text.len() > MAX_BYTES;
        let caution = match (is_too_long, is_garbled) {
            (true, _) => Some(t.say("files.too_long")),
            (false, true) => Some(t.say("files.garbled")),
            (false, false) => None,
        };
        let problems = examine(self.visit, files).await?;
        let here: Vec<Problem> = problems.into_iter().filter(|problem| problem.file == self.path).collect();
        Ok(TextPage {
            frame: self.visit.frame("rules"),
            path: self.path.clone(),
            action: self.action(),
            seen: match typed {
                Some(typed) => typed.seen.clone(),
                None => self.draft.hash_of(&self.path).unwrap_or_default(),
            },
            is_unsaved: typed.is_some(),
            folder: self.folder.as_deref().map(content_hash),
            collision: self.collision(),
            others: others_at(self.visit, &self.draft, &self.path).await?,
            more: here.len().saturating_sub(MOST_REMARKS),
            problems: here.into_iter().take(MOST_REMARKS).map(|problem| Remark::of(problem, &text)).collect(),
            text: if is_too_long { String::new() } else { text },
            caution,
            may_save: !is_too_long,
        })
    }
}

/// With what tests say, as the gate would look at it.
async fn examine(visit: &Visit, files: Files) -> Result<Vec<Problem>, PageError> {
    let mut problems = visit.console.gate.examine(files).await?.problems;
    problems.sort_by_key(|problem| (std::cmp::Reverse(problem.severity), problem.line));
    Ok(problems)
}

/// The text, and whether some of it could not be read.
fn read(bytes: &[u8]) -> (String, bool) {
    match Saved::open(bytes) {
        Ok(saved) => (saved.text, false),
        // A zero has no place in a page.
        Err(_) => (String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}"), true),
    }
}

/// While it is not live.
fn in_folder(visit: &Visit, path: &str) -> Option<Arc<[u8]>> {
    let status = visit.console.status();
    status.folder.as_ref().filter(|_| status.stale)?.share(path)
}

fn address_of(path: &str) -> String {
    address(HERE, &[("path", path)])
}

/// Where what the folder holds is put right.
pub(in crate::console) fn address_in_folder(path: &str) -> String {
    address(HERE, &[("path", path), ("from", FOLDER)])
}
