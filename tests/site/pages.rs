//! What each page says, to whom, and when.

use axum::http::StatusCode;
use jiff::civil::date;
use yingda::rulebook::{Article, Catalog, Contact, Rulebook};

use super::html::{elements_of, text_of};
use super::visit::{Page, Served, plain_article, sample_contact, sample_rulebook, stale_article};

/// So that a page opens at once on a phone with a weak signal.
const MOST_BYTES: usize = 40 * 1024;

const EVERY_PAGE: [&str; 4] = ["/", "/a/ztjy", "/a/notice", "/nothing-here"];

#[tokio::test]
async fn an_article_shows_where_it_is_from_and_how_to_reach_us() {
    let served = Served::sample().await;

    let page = served.get("/a/ztjy").await;

    assert_eq!(page.status, StatusCode::OK);
    insta::assert_snapshot!(text_of(&page), @r#"
    以“实”为要 - 某某培训中心
    跳到正文
    某某培训中心
    文章
    以“实”为要
    以“实”为要
    来源 《党建研究》2023年第10期
    日期 2023年10月
    请注意 文中所述时间截至2024年1月31日，已经过去，请以最新要求为准。
    说明
    第一行
    第二行
    甲
    乙
    查看原文
    其他文章
    开班通知
    2023年9月12日
    联系我们
    培训顾问
    电话 0796-6559898
    微信号 jgspxpy 长按可复制
    打电话
    复制微信号
    某某培训中心
    "#);
}

#[tokio::test]
async fn the_home_page_lists_the_articles_newest_first() {
    let served = Served::sample().await;

    let page = served.get("/").await;

    insta::assert_snapshot!(text_of(&page), @r#"
    某某培训中心
    跳到正文
    首页
    某某培训中心
    有问题，请在微信公众号里直接发消息，也可以打电话或加微信。
    文章
    以“实”为要
    《党建研究》2023年第10期 2023年10月
    开班通知
    2023年9月12日
    联系我们
    培训顾问
    电话 0796-6559898
    微信号 jgspxpy 长按可复制
    打电话
    复制微信号
    某某培训中心
    "#);
}

#[tokio::test]
async fn what_does_not_exist_says_so_and_offers_the_contact() {
    let served = Served::sample().await;

    for path in ["/nothing-here", "/a/unknown", "/a/..%2Fsettings", "/a/%ff", "/a/", "/assets/other.css"] {
        let page = served.get(path).await;

        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(text_of(&page).contains("电话 0796-6559898"), "{path}");
    }
    insta::assert_snapshot!(text_of(&served.get("/nothing-here").await), @r#"
    没有这个页面 - 某某培训中心
    跳到正文
    某某培训中心
    没有这个页面
    网址可能不完整，或文章已经撤下。请回首页看看有哪些文章，或直接问我们。
    联系我们
    培训顾问
    电话 0796-6559898
    微信号 jgspxpy 长按可复制
    打电话
    复制微信号
    某某培训中心
    "#);
}

#[tokio::test]
async fn a_page_and_its_style_sheet_are_small() {
    let served = Served::sample().await;
    for path in EVERY_PAGE {
        let page = served.get(path).await;

        let assets: Vec<Page> = {
            let mut loaded = Vec::new();
            for address in addresses_of_assets(&page) {
                loaded.push(served.get(&address).await);
            }
            loaded
        };

        assert_eq!(assets.len(), 3, "{path} loads its style, its script and its icon");
        let bytes = page.body.len() + assets.iter().map(|asset| asset.body.len()).sum::<usize>();
        assert!(bytes <= MOST_BYTES, "{path} weighs {bytes} bytes");
    }
}

#[tokio::test]
async fn the_stale_note_appears_the_day_after_the_last_day_in_china() {
    let mut served = Served::sample().await;
    let cases = [
        ("2024-01-31T23:59:59+08:00", false),
        ("2024-02-01T00:00:00+08:00", true),
        // Still January in London.
        ("2024-01-31T16:30:00Z", true),
        ("2026-11-23T12:00:00+08:00", true),
    ];

    for (when, expected) in cases {
        served.now_is(when);

        let text = text_of(&served.get("/a/ztjy").await);

        assert_eq!(text.contains("文中所述时间截至2024年1月31日"), expected, "{when}");
        assert!(!text_of(&served.get("/a/notice").await).contains("请注意"), "a timeless article, {when}");
    }
}

#[tokio::test]
async fn an_article_may_word_its_own_stale_note() {
    let article = Article { stale_note: Some("这批活动已经结束。".into()), ..stale_article() };
    let served = Served::of(with_articles(vec![article])).await;

    let text = text_of(&served.get("/a/ztjy").await);

    assert!(text.contains("请注意 这批活动已经结束。"), "{text}");
}

#[tokio::test]
async fn an_expired_article_is_gone_from_its_address_and_from_every_list() {
    let article = Article { valid_until: Some(date(2024, 1, 31)), ..plain_article("expired") };
    let mut served = Served::of(with_articles(vec![article, stale_article()])).await;

    served.now_is("2024-01-31T12:00:00+08:00");
    assert_eq!(served.get("/a/expired").await.status, StatusCode::OK);
    served.now_is("2024-02-01T12:00:00+08:00");
    assert_eq!(served.get("/a/expired").await.status, StatusCode::NOT_FOUND);
    for path in ["/", "/a/ztjy"] {
        assert!(!served.get(path).await.body.contains("/a/expired"), "{path}");
    }
}

#[tokio::test]
async fn an_article_can_be_shared_with_its_title_and_summary() {
    let served = Served::sample().await;

    let head = elements_of(&served.get("/a/ztjy").await);

    for (property, expected) in [
        ("og:title", "以“实”为要"),
        ("og:description", "谈第二批主题教育怎么学。"),
        ("og:url", "https://wx.example.org/a/ztjy"),
        ("og:image", "https://example.org/cover.jpg"),
    ] {
        let found = head.iter().any(|(name, attributes)| {
            name == "meta"
                && attributes.contains(&("property".into(), property.into()))
                && attributes.contains(&("content".into(), expected.into()))
        });
        assert!(found, "{property}");
    }
}

#[tokio::test]
async fn a_tap_calls_or_copies() {
    let served = Served::sample().await;

    let elements = elements_of(&served.get("/a/ztjy").await);

    let calls = ("href".to_owned(), "tel:0796-6559898".to_owned());
    assert!(elements.iter().any(|(name, attributes)| name == "a" && attributes.contains(&calls)));
    let copies = ("data-copies".to_owned(), "wechat".to_owned());
    let target = ("id".to_owned(), "wechat".to_owned());
    assert!(elements.iter().any(|(name, attributes)| name == "button" && attributes.contains(&copies)));
    assert!(elements.iter().any(|(_, attributes)| attributes.contains(&target)));
}

#[tokio::test]
async fn what_nobody_filled_in_vanishes() {
    let contact =
        Contact { wechat: None, phone: Some("〔待填写：电话〕".into()), ..sample_contact() };
    let unnamed = Article { title: "〔待填写：标题〕".into(), ..plain_article("unnamed") };
    let mut rulebook = Rulebook::default();
    rulebook.catalog = Catalog {
        articles: vec![plain_article("notice"), unnamed],
        contacts: vec![contact],
        ..Catalog::default()
    };
    let served = Served::of(rulebook).await;

    for path in EVERY_PAGE.into_iter().chain(["/a/unnamed"]) {
        let text = text_of(&served.get(path).await);

        for absent in ["待填写", "联系我们", "电话：", "来源", "其他文章", "更新于"] {
            assert!(!text.contains(absent), "{path} says {absent}:\n{text}");
        }
    }
}

fn with_articles(articles: Vec<Article>) -> Rulebook {
    let mut rulebook = sample_rulebook();
    rulebook.catalog.articles = articles;
    rulebook
}

fn addresses_of_assets(page: &Page) -> Vec<String> {
    let attributes = elements_of(page).into_iter().flat_map(|(_, attributes)| attributes);
    attributes
        .filter(|(name, value)| matches!(name.as_str(), "href" | "src") && value.starts_with("/assets/"))
        .map(|(_, value)| value)
        .collect()
}
