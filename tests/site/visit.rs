//! A site with sample content and a clock that can be moved, and a visitor.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::handler::Handler as _;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::any_service;
use jiff::Timestamp;
use jiff::civil::date;
use tempfile::TempDir;
use yingda::answer::Edition;
use yingda::model::{ArticleId, Clock};
use yingda::rulebook::settings::{Centre, Privacy};
use yingda::rulebook::{Article, Catalog, Contact, Files, Place, Problem, Rulebook, Surroundings, check};
use yingda::site::{AskRulebook, RulebookHealth, Site, Standing, routes};
use yingda::store::Location;

use crate::support::databases::open;

/// Far above any page, far below what would slow a test down.
const MOST_BYTES: usize = 1 << 20;

pub struct Served {
    pub site: Site,
    pub health: Arc<Mutex<RulebookHealth>>,
    _folder: TempDir,
}

#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Served {
    /// The sample site, at noon in China on the first day its article is stale.
    pub async fn sample() -> Self {
        Self::of(sample_rulebook()).await
    }

    pub async fn of(rulebook: Rulebook) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite { path: folder.path().join("test.db") };
        let store = open(&location).await;
        let health = Arc::new(Mutex::new(RulebookHealth::new(Standing::InStep, &[])));
        let asked = Arc::clone(&health);
        let site = Site {
            live: Edition::new(7, rulebook).into_live(),
            store,
            clock: Clock::movable(instant("2024-02-01T12:00:00+08:00")),
            ask_rulebook: AskRulebook::new(move || asked.lock().expect("no test panics with it").clone()),
            keep_messages_days: NonZeroU32::new(180).expect("not 0"),
            public_url: Some("https://wx.example.org".into()),
        };
        Self { site, health, _folder: folder }
    }

    pub fn now_is(&mut self, when: &str) {
        self.site.clock = Clock::movable(instant(when));
    }

    pub fn rulebook_is(&self, standing: Standing, problems: &[Problem]) {
        *self.health.lock().expect("no test panics with it") = RulebookHealth::new(standing, problems);
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path)).await
    }

    /// As this machine's operator, not through a proxy.
    pub async fn get_nearby(&self, path: &str) -> Page {
        let peer = SocketAddr::from(([127, 0, 0, 1], 50000));
        self.send(Request::get(path).extension(ConnectInfo(peer))).await
    }

    pub async fn ask(&self, method: Method, path: &str) -> Page {
        self.send(Request::builder().method(method).uri(path)).await
    }

    async fn send(&self, request: axum::http::request::Builder) -> Page {
        let request = request.body(Body::empty()).expect("a valid request");
        // A router as a handler can be called without a server and a socket.
        let response = any_service(routes(self.site.clone())).call(request, ()).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, MOST_BYTES).await.expect("a body of sane size");
        Page {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).expect("UTF-8"),
        }
    }
}

impl AsRef<str> for Page {
    fn as_ref(&self) -> &str {
        &self.body
    }
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

pub fn instant(when: &str) -> Timestamp {
    when.parse().expect("a timestamp")
}

pub fn rulebook_of(written: &[(&str, &str)]) -> Rulebook {
    let mut files = Files::default();
    for (path, text) in written {
        files.insert(path, text.as_bytes());
    }
    let checked = check(&files, &Surroundings::on(date(2024, 2, 1)));
    checked.rulebook.expect("a rulebook without errors")
}

/// One rule, so that there is something to answer with; two articles.
pub fn sample_rulebook() -> Rulebook {
    let price = "+++\nid = \"price\"\nname = \"费用\"\n+++\n请问顾问。";
    let mut rulebook = rulebook_of(&[("rules/price.md", price)]);
    rulebook.catalog = Catalog {
        articles: vec![stale_article(), plain_article("notice")],
        contacts: vec![sample_contact()],
        ..Catalog::default()
    };
    rulebook.settings.centre = Centre { name: "某某培训中心".into() };
    rulebook.settings.privacy = Privacy {
        keeper: Some("某某培训中心办公室".into()),
        contact: Some("电话 0796-6559898，微信号 jgspxpy".into()),
        updated: Some(date(2026, 11, 1)),
        ..Privacy::default()
    };
    rulebook
}

pub fn sample_contact() -> Contact {
    Contact {
        name: "培训顾问".into(),
        phone: Some("0796-6559898".into()),
        wechat: Some("jgspxpy".into()),
        is_default: true,
        ..Contact::default()
    }
}

pub fn stale_article() -> Article {
    Article {
        title: "以“实”为要".into(),
        source: Some("《党建研究》2023年第10期".into()),
        date: Some(date(2023, 10, 1)),
        link: Some("https://example.org/original".into()),
        cover: Some("https://example.org/cover.jpg".into()),
        summary: Some("谈第二批主题教育怎么学。".into()),
        stale_after: Some(date(2024, 1, 31)),
        body: "# 说明\n\n第一行\n第二行\n\n- 甲\n- 乙\n\n负责人：〔待填写：姓名〕".into(),
        ..plain_article("ztjy")
    }
}

pub fn plain_article(id: &str) -> Article {
    Article {
        id: ArticleId::parse(id).expect("an id"),
        title: "开班通知".into(),
        source: None,
        date: Some(date(2023, 9, 12)),
        link: None,
        cover: None,
        summary: None,
        stale_after: None,
        stale_note: None,
        owner: None,
        valid_until: None,
        body: "请按时报到。".into(),
        place: Place::default(),
    }
}
