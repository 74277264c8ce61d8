//! A form with a file in it (multipart/form-data), read whole into memory under
//! limits. Its token is its first part: `visit` does not read such bodies.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use multer::{Constraints, Multipart, SizeLimit, parse_boundary};

use super::deadline;
use super::failure::PageError;
use super::visit::{TOKEN_FIELD, Visit};
use crate::rulebook::import::MAX_BYTES;

/// Beside the file there is the table that a page carries, which may be longer
/// than the file it came from, and some choices.
const MAX_UPLOAD: u64 = 4 * (MAX_BYTES as u64);
const MAX_FIELDS: usize = 300;

#[derive(Debug, Default)]
pub(super) struct Upload {
    pub fields: Vec<(String, String)>,
    /// What was chosen; empty where nothing was.
    pub file: Bytes,
    pub file_name: String,
}

impl Upload {
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    /// Of several fields with one name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let headers = request.headers().clone();
        let visit = request.extensions().get::<Visit>().cloned();
        let visit = visit.ok_or(PageError::LoggedOut { wanted: None })?;
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media_type.and_then(|media_type| parse_boundary(media_type).ok());
        let boundary = boundary.ok_or(PageError::Unreadable)?;
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(MAX_UPLOAD));
        let body = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(body, boundary, limits);
        check_first(&mut parts, &visit, &headers).await?;
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|error| refusal(&error))? {
            if upload.fields.len() == MAX_FIELDS {
                return Err(PageError::TooManyFields { most: MAX_FIELDS });
            }
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let bytes = part.bytes().await.map_err(|error| refusal(&error))?;
            match file_name {
                Some(file_name) => (upload.file_name, upload.file) = (file_name, bytes),
                None => upload.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(upload)
    }
}

/// Before the file itself is taken.
async fn check_first(parts: &mut Multipart<'_>, visit: &Visit, headers: &HeaderMap) -> Result<(), PageError> {
    let first = parts.next_field().await.map_err(|error| refusal(&error))?;
    let sent = match first.filter(|part| part.name() == Some(TOKEN_FIELD)) {
        Some(part) => Some(part.text().await.map_err(|error| refusal(&error))?),
        None => None,
    };
    visit.check_upload(sent.as_deref(), headers)
}

fn refusal(error: &multer::Error) -> PageError {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            PageError::TooLong { most: usize::try_from(MAX_UPLOAD).unwrap_or(usize::MAX) }
        }
        late if deadline::has_passed(late) => PageError::TooSlow,
        _ => PageError::Unreadable,
    }
}
