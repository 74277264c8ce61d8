//! What each page says, to whom, and when.

use axum::http::StatusCode;
use jiff::civil::date;
use yingda::rulebook::{Article, Catalog, Contact, Rulebook};

use super::visit::{
    Page, Served, plain_article, rulebook_of, sample_contact, sample_rulebook, stale_article,
};
use crate::support::html::{elements_of, text_of};

/// So that a page opens at once on a phone with a weak signal.
const MOST_BYTES: usize = 40 * 1024;

const EVERY_PAGE: [&str; 5] = ["/", "/a/ztjy", "/a/notice", "/privacy", "/nothing-here"];

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
    隐私说明
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
    隐私说明
    "#);
}

#[tokio::test]
async fn the_privacy_page_says_who_keeps_what_why_and_how_long() {
    let served = Served::sample().await;

    let page = served.get("/privacy").await;

    insta::assert_snapshot!(text_of(&page), @r#"
    隐私说明 - 某某培训中心
    跳到正文
    某某培训中心
    隐私说明
    隐私说明
    您给我们的微信公众号发消息，由自动应答程序回复。这里说明谁记录什么、为什么、保存多久、怎样删除。
    谁负责
    某某培训中心办公室。
    记录什么
    您发来的消息、我们的回复和时间。消息里的手机号、身份证号等号码遮住后保存，原文另外加密。
    微信给的用户标识（OpenID）。它是一串字符，不含您的姓名、手机号、微信号和头像。
    您怎样关注的（例如扫了哪张二维码），聊到哪一步，什么时候要找人，顾问跟进时写的备注和标签。
    您填写并同意提交的咨询：单位、人数、时间、主题和电话。只有电话必填；不同意，就不记录。
    本页面不用 Cookie，本页面和应答程序都没有广告和第三方统计。运行日志里没有您的原话和电话。
    为什么
    用来回答您的问题，改正答得不好的地方；您提交了咨询，顾问据此联系您、安排培训。
    保存多久
    消息和回复：最多 180 天，到期自动删除。
    您怎样关注的、聊到哪一步、顾问的备注和标签：您 180 天没有发消息，顾问也没有再写备注，没有咨询还保存着，也没有在等人，就连同用户标识（OpenID）自动删除。
    什么时候要找人：不再等以后 180 天，去掉用户标识（OpenID），只留下次数。
    您同意提交的咨询：最长 12 个月，到期自动删除，您也可以随时要求提前删除。
    填了一半没有提交的咨询：7 天内可以接着填；您取消、要求删除或取消关注，随对话记录一起删除。
    每条消息的编号摘要：用来避免重复回复，认不出您是谁，不随消息删除。
    怎样删除
    在公众号里发「删除我的信息」，或者取消关注：您的消息和对话记录会立即删除。
    您同意提交的咨询不会跟着删除，只去掉其中的用户标识（OpenID）。因为您要我们联系您，顾问还要靠它联系和安排；这样，您也不会因为取消关注而被漏掉。
    要查看、更正或删除咨询，或者撤回同意，请直接找我们。
    您手机里的聊天记录由微信保存，要在微信里删除。微信怎样处理您的消息，见微信的隐私保护指引。
    找谁
    电话 0796-6559898，微信号 jgspxpy。
    更新于2026年11月1日
    联系我们
    培训顾问
    电话 0796-6559898
    微信号 jgspxpy 长按可复制
    打电话
    复制微信号
    某某培训中心
    隐私说明
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
    隐私说明
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
async fn staff_word_the_stale_note_of_all_articles_in_the_settings() {
    let settings = "[phrases]\nstale = \"这是{{stale_after}}以前的事。\"";
    let mut rulebook = rulebook_of(&[("settings.toml", settings)]);
    rulebook.catalog.articles = vec![stale_article()];
    let served = Served::of(rulebook).await;

    let text = text_of(&served.get("/a/ztjy").await);

    assert!(text.contains("请注意 这是2024年1月31日以前的事。"), "{text}");
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
