//! The versions that were live: who, when, why; and one of them. Not here:
//! bringing it back (restore).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::super::diff::{self, Line};
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::visit::Visit;
use super::super::when;
use super::changes::text_of;
use crate::model::Right;
use crate::publishing::{between, load_files};
use crate::store::{Version, VersionSource};

const PER_PAGE: i64 = 20;
/// A first version is all new: nobody reads all of it here.
const MOST_FILES: usize = 30;
const MOST_LINES: usize = 40;

pub(super) struct VersionRow {
    pub number: i64,
    pub at: String,
    pub who: String,
    pub reason: Option<String>,
    pub restores: Option<i64>,
    pub approver: Option<String>,
    pub despite: Option<String>,
    pub is_live: bool,
}

#[derive(Template)]
#[template(path = "console/pages/version.html")]
struct VersionPage {
    frame: Frame,
    version: VersionRow,
    accepted: Vec<String>,
    files: Vec<FileRow>,
    more: usize,
    may_restore: bool,
}

struct FileRow {
    path: String,
    lines: Vec<Line>,
    /// Lines that are not shown.
    more: usize,
}

/// The newest first, and from where it goes on.
pub(super) async fn list(
    visit: &Visit,
    before: Option<i64>,
) -> Result<(Vec<VersionRow>, Option<i64>), PageError> {
    let before = before.unwrap_or(i64::MAX);
    let versions = visit.console.store.list_versions(before, PER_PAGE).await?;
    let older = versions.last().map(|version| version.number).filter(|last| *last > 1);
    Ok((versions.into_iter().map(|version| VersionRow::of(version, visit)).collect(), older))
}

pub(in crate::console) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let version = find(&visit, &id).await?;
    let number = version.number;
    let (files, before) = (load_files(store, number).await?, load_files(store, number - 1).await?);
    let edits = between(&before, &files);
    let lines = |path: &str| diff::changes(&text_of(&before, path), &text_of(&files, path));
    let row = |path: &String| {
        let mut lines = lines(path);
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        FileRow { path: path.clone(), lines, more }
    };
    let rows: Vec<FileRow> = edits.keys().take(MOST_FILES).map(row).collect();
    let accepted = version.credit.accepted.clone();
    let version = VersionRow::of(version, &visit);
    show_page(&VersionPage {
        frame: visit.frame("publish"),
        may_restore: !version.is_live && visit.staff.role.may(Right::Edit),
        more: edits.len() - rows.len(),
        files: rows,
        accepted,
        version,
    })
}

pub(super) async fn find(visit: &Visit, id: &str) -> Result<Version, PageError> {
    let number = id.parse().map_err(|_| PageError::Missing)?;
    visit.console.store.find_version(number).await?.ok_or(PageError::Missing)
}

impl VersionRow {
    fn of(version: Version, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let nobody = match version.source {
            VersionSource::Folder => "publish.by_folder",
            VersionSource::Console | VersionSource::Command => "publish.by_nobody",
        };
        Self {
            number: version.number,
            at: when::minute(&visit.console, version.published_at),
            who: version.credit.who.unwrap_or_else(|| t.say(nobody).to_string()),
            reason: version.credit.reason,
            restores: version.credit.restores,
            approver: version.credit.approver,
            despite: version.credit.despite,
            is_live: version.number == visit.console.live.load().version,
        }
    }
}
