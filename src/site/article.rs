//! `/a/{id}`: one article, made to be read on a phone and passed on.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;

use super::frame::{Frame, respond};
use super::placeholder::{filled, without_unfinished_lines};
use super::{Site, dates, markdown, missing};
use crate::model::ArticleId;
use crate::rulebook::catalog::holds;
use crate::rulebook::unfinished::is_unfinished;
use crate::rulebook::{Article, Catalog, Rulebook};

/// Other articles offered at the end; the home page has them all.
const OTHERS: usize = 6;

#[derive(Template)]
#[template(path = "site/pages/article.html")]
struct ArticlePage<'a> {
    frame: Frame<'a>,
    article: Entry<'a>,
    summary: Option<&'a str>,
    stale_note: Option<String>,
    body: String,
    /// The original.
    link: Option<&'a str>,
    /// Only named for those who share the page: it is never loaded by it.
    cover: Option<&'a str>,
    /// Its own full address.
    address: Option<String>,
    others: Vec<Entry<'a>>,
}

/// An article as a line of a list.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub id: &'a ArticleId,
    pub title: &'a str,
    pub source: Option<&'a str>,
    pub date: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, id: Result<Path<String>, PathRejection>) -> Response {
    let edition = site.edition();
    let rulebook = &edition.rulebook;
    let today = rulebook.settings.hours.today(site.clock.now());
    let id = id.ok().and_then(|Path(id)| ArticleId::parse(&id).ok());
    let article = id.and_then(|id| rulebook.catalog.article(&id)).filter(|article| is_shown(article, today));
    match article {
        Some(article) => respond(StatusCode::OK, &ArticlePage::of(article, rulebook, today, &site)),
        None => missing::show(State(Arc::clone(&site))).await,
    }
}

/// What may be read today, the newest first.
pub(super) fn list(catalog: &Catalog, today: Date) -> Vec<&Article> {
    let mut articles: Vec<&Article> =
        catalog.articles.iter().filter(|article| is_shown(article, today)).collect();
    articles.sort_by_key(|article| std::cmp::Reverse(article.date));
    articles
}

fn is_shown(article: &Article, today: Date) -> bool {
    holds(article.valid_until, today) && filled(Some(&article.title)).is_some()
}

impl<'a> ArticlePage<'a> {
    fn of(article: &'a Article, rulebook: &'a Rulebook, today: Date, site: &Site) -> Self {
        let stale_note = rulebook.stale_note(article, today, &site.moment());
        let others = list(&rulebook.catalog, today).into_iter().filter(|other| other.id != article.id);
        Self {
            frame: Frame::of(rulebook, today),
            article: Entry::of(article),
            summary: filled(article.summary.as_deref()),
            stale_note: stale_note.filter(|note| !is_unfinished(note)),
            body: markdown::to_html(&without_unfinished_lines(&article.body)),
            link: web_address(article.link.as_deref()),
            cover: web_address(article.cover.as_deref()),
            address: site.public_url.as_ref().map(|url| format!("{url}/a/{}", article.id)),
            others: others.take(OTHERS).map(Entry::of).collect(),
        }
    }
}

impl<'a> Entry<'a> {
    pub(super) fn of(article: &'a Article) -> Self {
        Self {
            id: &article.id,
            title: &article.title,
            source: filled(article.source.as_deref()),
            date: article.date.map(dates::of_publication),
        }
    }
}

fn web_address(field: Option<&str>) -> Option<&str> {
    filled(field).filter(|address| markdown::is_safe_link(address))
}
