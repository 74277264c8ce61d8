//! A form that came with no session, or with that of before: what was typed is
//! handed back, to be sent once more. Never a secret. Not here: the pages around
//! it (`failure`).

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

use super::visit::{TOKEN_FIELD, safe_address};

/// What strangers may have us read before they say who they are.
pub(super) const MAX_BYTES: usize = 256 * 1024;
const MAX_FIELDS: usize = 500;

/// Left out, a form would mean something else: such a form is filled in anew.
const SECRETS: [&str; 8] = ["password", "current", "new", "token", "aes_key", "secret", "code", "passed"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SentForm {
    /// Where it was sent.
    pub address: String,
    pub fields: Vec<(String, String)>,
}

impl SentForm {
    /// None for what holds a secret, or no form of ours.
    pub(super) fn read(address: &str, body: &Bytes) -> Option<Self> {
        let form = std::str::from_utf8(body).ok()?;
        let pairs = form.split('&').filter(|pair| !pair.is_empty());
        let fields: Vec<(String, String)> = pairs.map(read_pair).collect::<Option<_>>()?;
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != TOKEN_FIELD).collect();
        let is_secret =
            |(name, value): &(String, String)| SECRETS.contains(&name.as_str()) && !value.is_empty();
        let is_ours = safe_address(Some(address)) == address && fields.len() <= MAX_FIELDS;
        (is_ours && !fields.is_empty() && !fields.iter().any(is_secret))
            .then(|| Self { address: address.to_owned(), fields })
    }

    /// What somebody wrote, as far as it can be told from ids and numbers.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        let values = self.fields.iter().map(|(_, value)| value.trim());
        values.filter(|value| value.chars().any(|c| c.is_whitespace() || !c.is_ascii()))
    }
}

fn read_pair(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(Cow::into_owned).ok()
    };
    Some((decode(name)?, decode(value)?))
}

/// The page of ours that a form was on.
pub(super) fn page_of(headers: &HeaderMap) -> Option<String> {
    let from = headers.get(header::REFERER)?.to_str().ok()?;
    let (_, after) = from.split_once("://")?;
    let path = after.find('/').and_then(|slash| after.get(slash..))?;
    (safe_address(Some(path)) == path).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<Vec<(String, String)>> {
        SentForm::read("/console/rules/price/save", &Bytes::copy_from_slice(body.as_bytes()))
            .map(|form| form.fields)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_was_typed_is_read_as_it_was_meant() {
        let fields = read("_token=abc&note=%E4%B8%80+%2B+a&tag=x&tag=y&empty=");

        let expected = [pair("note", "一 + a"), pair("tag", "x"), pair("tag", "y"), pair("empty", "")];
        assert_eq!(fields.as_deref(), Some(&expected[..]));
    }

    #[test]
    fn a_form_with_a_secret_is_not_handed_back() {
        assert_eq!(read("name=a&password=b"), None);
        assert!(read("name=a&password=").is_some(), "nothing was typed there");
    }

    #[test]
    fn what_is_no_form_of_ours_is_not_handed_back() {
        assert_eq!(read(""), None);
        assert_eq!(read("note=%FF"), None);
        let elsewhere = SentForm::read("//evil.example/console", &Bytes::from_static(b"a=b"));
        assert_eq!(elsewhere, None);
    }

    #[test]
    fn the_page_of_a_form_is_one_of_ours() {
        let page = |from: &'static str| {
            let headers = HeaderMap::from_iter([(header::REFERER, from.parse().expect("a header"))]);
            page_of(&headers)
        };

        assert_eq!(
            page("https://wx.example.org/console/leads/1?a=b").as_deref(),
            Some("/console/leads/1?a=b")
        );
        assert_eq!(page("https://wx.example.org/elsewhere"), None);
        assert_eq!(page("https://wx.example.org"), None);
    }
}
