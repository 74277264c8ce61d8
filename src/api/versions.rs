//! Every rulebook that was ever live.

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::client::Client;
use super::page::{Page, bad_cursor, read_limit};
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use crate::store::Version;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedVersions {
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// A published rulebook.
#[derive(Serialize, ToSchema)]
pub(super) struct VersionView {
    number: i64,
    /// The same for the same files.
    hash: String,
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
    /// Null: whoever edits the folder.
    who: Option<String>,
    reason: Option<String>,
}

/// A published rulebook with its files.
#[derive(Serialize, ToSchema)]
pub(super) struct VersionDetail {
    number: i64,
    hash: String,
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
    who: Option<String>,
    reason: Option<String>,
    files: Vec<FileView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct FileView {
    path: String,
    bytes: u64,
    /// Null where it is no text in UTF-8.
    text: Option<String>,
}

/// Versions
///
/// The newest first.
#[utoipa::path(
    get, path = "/api/v1/versions", tag = "versions", operation_id = "list_versions", params(AskedVersions),
    responses((status = 200, body = Page<VersionView>), Refusals),
)]
pub(super) async fn list(
    client: Client,
    Asked(asked): Asked<AskedVersions>,
) -> Result<Json<Page<VersionView>>, ApiError> {
    let limit = read_limit(asked.limit)?;
    let before = match &asked.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => i64::MAX,
    };
    let versions = client.api.store.list_versions(before, i64::from(limit) + 1).await?;
    Ok(Json(Page::of(versions, limit, |version| version.number.to_string(), VersionView::of)))
}

/// One version
#[utoipa::path(
    get, path = "/api/v1/versions/{number}", tag = "versions", operation_id = "get_version",
    params(("number" = i64, Path, minimum = 1)),
    responses((status = 200, body = VersionDetail), Refusals),
)]
pub(super) async fn show(
    client: Client,
    Path(number): Path<String>,
) -> Result<Json<VersionDetail>, ApiError> {
    let store = &client.api.store;
    let number: i64 = number.parse().map_err(|_| ApiError::Missing)?;
    let version = store.find_version(number).await?.ok_or(ApiError::Missing)?;
    let files = store.load_version_files(number).await?;
    let view = |(path, bytes): (String, Vec<u8>)| FileView {
        path,
        bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        text: String::from_utf8(bytes).ok(),
    };
    let files = files.into_iter().map(view).collect();
    let VersionView { number, hash, published_at, who, reason } = VersionView::of(version);
    Ok(Json(VersionDetail { number, hash, published_at, who, reason, files }))
}

impl VersionView {
    fn of(version: Version) -> Self {
        let Version { number, hash, published_at, credit, .. } = version;
        Self { number, hash, published_at, who: credit.who, reason: credit.reason }
    }
}
