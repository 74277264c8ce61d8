//! A title, a body or a setting with markup in it is shown, never run.

use yingda::rulebook::{Article, Catalog, Contact, Rulebook};

use super::visit::{Page, Served, plain_article, sample_rulebook};
use crate::support::html::{elements_of, text_of};

const ATTACK: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";

#[tokio::test]
async fn markup_in_any_field_is_shown_as_text() {
    let served = Served::of(hostile_rulebook()).await;

    for path in ["/", "/a/hostile", "/a/other", "/privacy", "/nothing-here"] {
        let page = served.get(path).await;

        assert_harmless(path, &page);
        assert!(text_of(&page).contains(ATTACK), "{path} shows the words");
    }
}

#[tokio::test]
async fn a_body_can_neither_run_code_nor_load_anything() {
    let body = [
        ATTACK,
        "<iframe src=\"https://evil.example\"></iframe>",
        "<style>*{display:none}</style>",
        "[点这里](javascript:alert(3))",
        "[点这里](\u{1}javascript:alert(3))",
        "[点这里](java\tscript:alert(3))",
        "![图](https://evil.example/pixel.png)",
        "<https://example.org/ok>",
        "[x]: javascript:alert(4)\n[引用][x]",
        "</div></article></main>",
        "<!-- 没有结束的注释",
    ]
    .join("\n\n");
    let article = Article { body: body.into(), ..plain_article("hostile") };
    let served = Served::of(with_article(article)).await;

    let page = served.get("/a/hostile").await;

    assert_harmless("/a/hostile", &page);
    assert!(page.body.contains("href=\"https://example.org/ok\""), "an ordinary link stays");
}

#[tokio::test]
async fn the_link_to_the_original_and_the_cover_must_be_web_addresses() {
    for address in ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example"] {
        let article =
            Article { link: Some(address.into()), cover: Some(address.into()), ..plain_article("hostile") };
        let served = Served::of(with_article(article)).await;

        let page = served.get("/a/hostile").await;

        assert_harmless(address, &page);
        assert!(!page.body.contains("查看原文") && !page.body.contains("og:image"), "{address}");
    }
}

/// No element, attribute or address on the page that our templates do not have.
fn assert_harmless(case: &str, page: &Page) {
    for (name, attributes) in elements_of(page) {
        assert!(!["img", "iframe", "style", "object", "svg"].contains(&name.as_str()), "{case}: <{name}>");
        for (attribute, value) in &attributes {
            assert!(!attribute.starts_with("on") && attribute != "style", "{case}: {attribute}");
            if attribute == "src" || name == "link" && attribute == "href" {
                let canonical = value.starts_with("https://wx.example.org/a/");
                assert!(value.starts_with("/assets/") || canonical, "{case}: loads {value}");
            }
            if attribute == "href" {
                let safe = ["/", "#", "https://", "http://", "tel:"];
                assert!(safe.iter().any(|start| value.starts_with(start)), "{case}: leads to {value}");
                assert!(!value.starts_with("//"), "{case}: leads to {value}");
            }
        }
    }
    let scripts = page.body.matches("<script").count();
    assert_eq!(scripts, 1, "{case}: only our own script");
}

fn with_article(article: Article) -> Rulebook {
    let mut rulebook = sample_rulebook();
    rulebook.catalog.articles = vec![article];
    rulebook
}

fn hostile_rulebook() -> Rulebook {
    let article = Article {
        title: ATTACK.into(),
        source: Some(ATTACK.into()),
        summary: Some(ATTACK.into()),
        link: Some(format!("https://example.org/{ATTACK}").into()),
        cover: Some(format!("https://example.org/{ATTACK}").into()),
        body: ATTACK.into(),
        ..plain_article("hostile")
    };
    let contact = Contact {
        name: ATTACK.into(),
        role: Some(ATTACK.into()),
        phone: Some(ATTACK.into()),
        wechat: Some(ATTACK.into()),
        hours: Some(ATTACK.into()),
        ..Contact::default()
    };
    let mut rulebook = sample_rulebook();
    rulebook.catalog = Catalog {
        articles: vec![article, plain_article("other")],
        contacts: vec![contact],
        ..Catalog::default()
    };
    rulebook.settings.centre.name = ATTACK.into();
    rulebook.settings.privacy.keeper = Some(ATTACK.into());
    rulebook.settings.privacy.contact = Some(ATTACK.into());
    rulebook.settings.privacy.purpose = Some(ATTACK.into());
    rulebook
}
