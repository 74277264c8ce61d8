//! 回复规则: a rule is found, changed in a draft, and what it would do is told.

use axum::http::StatusCode;
use yingda::model::Role;

use crate::support::browser::{Browser, Page, value_of};
use crate::support::service::{Setup, Yingda};

/// A rulebook in which rules can be in each other's way.
fn setup() -> Setup {
    let mut setup = Setup::default();
    let more = [
        (
            "rules/stay.md",
            "+++\n# 住\nid = \"stay\"   # 不要改\nname = \"住宿\"\ngroup = \"食宿\"\ntriggers = [\"住宿\", \"酒店\"]\nquestions = [\"晚上住哪里\", \"房间里有空调吗\"]\n+++\n住宿请问顾问。\n",
        ),
        (
            "rules/old.md",
            "+++\nid = \"old\"\nname = \"旧通知\"\nuntil = 2025-01-01\ntriggers = [\"旧通知\"]\n+++\n旧。\n",
        ),
        (
            "rules/faq.csv",
            "id,name,contains,reply\nwifi,无线网,wifi；无线网,有无线网。\npark,停车,停车,可以停车。\n",
        ),
    ];
    setup.files.extend(more.map(|(path, text)| (path.to_owned(), text.to_owned())));
    setup
}

async fn editor(yingda: &Yingda) -> Browser {
    Browser::with_role(yingda, Role::Editor).await
}

/// Everything the form of a page holds, as a browser would send it.
fn fields_of(page: &Page) -> Vec<(String, String)> {
    let form = page
        .body
        .split("<form id=\"rule\"")
        .nth(1)
        .expect("the editor")
        .split("</form>")
        .next()
        .expect("its end");
    let mut fields = Vec::new();
    for part in form.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        let attribute = |name: &str| {
            tag.split_once(&format!(" {name}=\""))
                .map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned())
        };
        let Some(name) = attribute("name").filter(|name| name != "_token" && name != "do") else { continue };
        if tag.starts_with("textarea") {
            fields.push((name, unescape(rest).trim().to_owned()));
        } else if tag.starts_with("input") && (!tag.contains("checkbox") || tag.contains("checked")) {
            fields.push((name, unescape(&attribute("value").unwrap_or_default())));
        } else if tag.starts_with("select") {
            let options = part_after(form, &format!("name=\"{name}\""));
            let chosen = options
                .split("</select>")
                .next()
                .unwrap_or_default()
                .split("<option ")
                .find(|option| option.contains("selected"));
            let value = chosen
                .and_then(|option| option.split("value=\"").nth(1))
                .and_then(|rest| rest.split('"').next());
            fields.push((name, value.unwrap_or_default().to_owned()));
        }
    }
    fields
}

fn unescape(text: &str) -> String {
    let entities = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}

fn part_after<'t>(text: &'t str, mark: &str) -> &'t str {
    text.split_once(mark).map_or("", |(_, rest)| rest)
}

/// Sends the page's form with some fields changed.
async fn send(browser: &Browser, page: &Page, address: &str, changes: &[(&str, &str)]) -> Page {
    let mut fields = fields_of(page);
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(address, &fields).await
}

#[tokio::test]
async fn a_rule_is_found_by_words_state_and_group() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let cases: &[(&str, &str, &[&str])] = &[
        ("a trigger", "q=%E9%85%92%E5%BA%97", &["住宿"]),
        ("a reply", "q=%E5%8F%AF%E4%BB%A5%E5%81%9C%E8%BD%A6", &["停车"]),
        ("an id, in capitals", "q=WIFI", &["无线网"]),
        ("a group", "group=%E9%A3%9F%E5%AE%BF", &["住宿"]),
        ("what is over", "state=expired", &["旧通知"]),
        ("nothing drafted yet", "state=draft", &[]),
        ("with problems", "state=problem", &["旧通知"]),
        ("two words", "q=%E6%97%A0%E7%BA%BF%20wifi", &["无线网"]),
    ];
    let all = ["费用", "欢迎", "人工", "住宿", "旧通知", "无线网", "停车"];
    for (name, query, expected) in cases {
        let page = browser.get(&format!("/console/rules?{query}")).await;
        for rule in all {
            let is_shown = page.body.contains(&format!("\">{rule}</a>"));
            assert_eq!(is_shown, expected.contains(&rule), "{name}: {rule}");
        }
    }
    browser.get("/console/rules?q=nothing-like-it").await.shows("清除筛选");
    browser.get("/console/rules").await.shows("7 条规则");
}

#[tokio::test]
async fn saving_makes_a_draft_that_keeps_comments_and_is_nobody_elses() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/stay").await;
    page.shows("住宿请问顾问。");

    let saved = send(&browser, &page, "/console/rules/stay/save", &[("contains", "住宿\n酒店\n宾馆")]).await;

    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/console/rules/stay"), "{saved:?}");
    let page = browser.get("/console/rules/stay").await;
    page.shows("已存为草稿");
    page.shows("草稿，还没上线");
    page.shows("宾馆");
    browser.get("/console/rules?state=draft").await.shows("1 条规则");
    let staff = yingda.app.store.list_staff().await.expect("readable");
    let draft = yingda.app.store.load_draft(&staff[0].id).await.expect("readable");
    assert_eq!(
        String::from_utf8_lossy(draft[0].bytes.as_deref().expect("bytes")),
        "+++\n# 住\nid = \"stay\"   # 不要改\nname = \"住宿\"\ngroup = \"食宿\"\ntriggers = [\"住宿\", \"酒店\", \"宾馆\"]\nquestions = [\"晚上住哪里\", \"房间里有空调吗\"]\n+++\n住宿请问顾问。\n"
    );
    let colleague = Browser::admin(&yingda).await;
    let page = colleague.get("/console/rules/stay").await;
    page.shows("编辑 的草稿里也改了这个文件");
    assert!(!page.body.contains("宾馆"), "a draft is its owner's");
    browser.post("/console/rules/stay/undo", &[]).await;
    assert!(!browser.get("/console/rules/stay").await.body.contains("宾馆"));
}

#[tokio::test]
async fn a_new_rule_gets_an_id_from_its_name() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/new?contains=%E6%8E%A5%E7%AB%99").await;
    page.shows("接站");

    let without_name = send(&browser, &page, "/console/rules/new", &[("reply", "请留下车次。")]).await;
    assert_eq!(without_name.status, StatusCode::UNPROCESSABLE_ENTITY);
    without_name.shows("请写名称");
    without_name.shows("请留下车次。");
    let fields = [("name", "接站 服务"), ("reply", "请留下车次。")];
    let made = send(&browser, &without_name, "/console/rules/new", &fields).await;

    assert_eq!(made.location(), "/console/rules/%E6%8E%A5%E7%AB%99%E6%9C%8D%E5%8A%A1", "{made:?}");
    let page = browser.get(made.location()).await;
    page.shows("rules/接站服务.md:1");
    let taken =
        send(&browser, &without_name, "/console/rules/new", &[("name", "别的"), ("id", "stay")]).await;
    taken.shows("这个编号已经有了");
}

#[tokio::test]
async fn what_a_rule_would_do_is_told_before_it_is_saved() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/price").await;
    let changes = [
        ("contains", "多少钱\n住"),
        ("equals", "价格"),
        ("reply", "**便宜**，[住宿](rule:stay)"),
        ("test", "晚上住哪里"),
    ];

    let told = send(&browser, &page, "/console/rules/preview", &changes).await;

    assert_eq!(told.status, StatusCode::OK);
    told.shows("只有一个字");
    told.shows("不会加粗");
    told.shows("/2047 B");
    told.shows("「晚上住哪里」");
    let broken =
        send(&browser, &page, "/console/rules/preview", &[("reply", "[去哪](rule:nowhere)，{phone}")]).await;
    broken.shows("没有编号为 nowhere 的规则");
    broken.shows("不会换成内容");
    broken.shows("先改好下面的错误");
    let taking = [("contains", "多少钱"), ("equals", "晚上住哪里")];
    send(&browser, &page, "/console/rules/preview", &taking)
        .await
        .shows("会抢走「住宿」的样例问题「晚上住哪里」");
    browser.get("/console/rules?state=draft").await.shows("没有符合的内容");
}

#[tokio::test]
async fn two_windows_never_overwrite_each_other() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let first = browser.get("/console/rules/stay").await;
    let second = browser.get("/console/rules/stay").await;
    send(&browser, &first, "/console/rules/stay/save", &[("reply", "第一个窗口写的。")]).await;

    let clash = send(&browser, &second, "/console/rules/stay/save", &[("reply", "第二个窗口写的。")]).await;

    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    clash.shows("这条规则刚被改过");
    clash.shows("第一个窗口写的。");
    clash.shows("第二个窗口写的。");
    browser.get("/console/rules/stay").await.shows("第一个窗口写的。");
    let seen = value_of(&clash.body, "seen").expect("what mine is written over");
    let fields = fields_of(&second);
    let mut fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.retain(|(name, _)| !matches!(*name, "seen" | "reply"));
    fields.extend([("seen", seen.as_str()), ("reply", "第二个窗口写的。")]);
    let mine = browser.post("/console/rules/stay/save", &fields).await;
    assert_eq!(mine.status, StatusCode::SEE_OTHER, "{mine:?}");
    browser.get("/console/rules/stay").await.shows("第二个窗口写的。");
}

#[tokio::test]
async fn a_row_of_a_table_is_edited_like_any_rule() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/wifi").await;
    page.shows("rules/faq.csv:2");

    send(&browser, &page, "/console/rules/wifi/save", &[("reply", "都有无线网。")]).await;
    let page = browser.get("/console/rules/wifi").await;
    send(&browser, &page, "/console/rules/wifi/save", &[("owner", "后勤")]).await;

    let page = browser.get("/console/rules/wifi").await;
    page.shows("rules/wifi.md:1");
    page.shows("都有无线网。");
    browser.get("/console/rules/park").await.shows("rules/faq.csv:2");
    browser.get("/console/rules/park/delete").await.shows("删除「停车」");
    browser.post("/console/rules/park/delete", &[]).await;
    assert_eq!(browser.get("/console/rules/park").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_may_only_look_can_neither_save_nor_preview() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let page = browser.get("/console/rules/stay").await;

    page.shows("住宿请问顾问。");
    assert!(!page.body.contains("name=\"do\""), "nothing to press");
    assert_eq!(browser.post("/console/rules/stay/save", &[]).await.status, StatusCode::FORBIDDEN);
}

/// What customers are answered by what is live.
async fn answer(yingda: &mut Yingda, text: &str) -> String {
    yingda.app.press.catch_up().await;
    yingda.customer("a").says(text).await
}

#[tokio::test]
async fn one_rule_is_published_and_the_rest_of_the_draft_stays() {
    let mut yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/wifi").await;
    send(&browser, &page, "/console/rules/wifi/save", &[("reply", "草稿里的回复。")]).await;
    let page = browser.get("/console/rules/stay").await;

    let fields = [("contains", "住宿\n酒店\n宾馆"), ("do", "publish")];
    let published = send(&browser, &page, "/console/rules/stay/save", &fields).await;

    assert_eq!((published.status, published.location()), (StatusCode::SEE_OTHER, "/console/rules/stay"));
    browser.get("/console/rules/stay").await.shows("已发布，马上生效。");
    assert_eq!(answer(&mut yingda, "宾馆").await, "住宿请问顾问。");
    assert_eq!(answer(&mut yingda, "停车").await, "可以停车。");
    browser.get("/console/rules?state=draft").await.shows("1 条规则");
    let page = browser.get("/console/rules/park").await;
    send(&browser, &page, "/console/rules/park/save", &[("reply", "停车免费。"), ("do", "publish")]).await;
    assert_eq!(answer(&mut yingda, "停车").await, "停车免费。");
    assert_eq!(
        answer(&mut yingda, "无线网").await,
        "有无线网。",
        "another row of the same table is still a draft"
    );
    browser.get("/console/rules/wifi").await.shows("草稿里的回复。");
}

#[tokio::test]
async fn what_the_gate_finds_is_shown_and_warnings_are_ticked() {
    let mut yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/stay").await;

    let fields = [("reply", "[去哪](rule:nowhere)"), ("do", "publish")];
    let broken = send(&browser, &page, "/console/rules/stay/save", &fields).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    broken.shows("没有编号为 nowhere 的规则");
    broken.hides("仍然发布");
    let page = browser.get("/console/rules/stay").await;
    page.shows("[去哪](rule:nowhere)");

    let warned =
        send(&browser, &page, "/console/rules/stay/save", &[("reply", "**好住。**"), ("do", "publish")])
            .await;
    warned.shows("不会加粗");
    assert_eq!(answer(&mut yingda, "住宿").await, "住宿请问顾问。");
    let accepted = value_of(&warned.body, "accepted").expect("what was looked at");
    browser.post("/console/rules/stay/publish", &[("accepted", accepted.as_str())]).await;
    assert_eq!(answer(&mut yingda, "住宿").await, "**好住。**");
}

/// Live, and still not what customers are sent.
#[tokio::test]
async fn who_publishes_a_reply_with_a_gap_is_told_what_customers_get() {
    let mut yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/stay").await;
    page.hides("href=\"#fallback\"");

    let fields = [("reply", "住〔待填写：哪里〕。"), ("fallback", "住处请问顾问。"), ("do", "publish")];
    let warned = send(&browser, &page, "/console/rules/stay/save", &fields).await;
    warned.shows("先发「没填完时改回」");
    let accepted = value_of(&warned.body, "accepted").expect("what was looked at");
    browser.post("/console/rules/stay/publish", &[("accepted", accepted.as_str())]).await;

    let published = browser.get("/console/rules/stay").await;
    published.shows("已发布。正文里还有〔待填写〕");
    published.hides("马上生效");
    published.shows("<a href=\"#fallback\">没填完时改回</a>");
    assert_eq!(answer(&mut yingda, "住宿").await, "住处请问顾问。");
}

/// A fact is filled in, and the test that expected the gap is changed with it.
#[tokio::test]
async fn a_rule_and_the_test_changed_with_it_lead_to_being_published_together() {
    let mut setup = setup();
    let test = "用户: 住宿\n应答: 规则=stay 含\"顾问\" 不含\"标间\"\n".to_owned();
    setup.files.push(("tests/stay.chat".to_owned(), test.clone()));
    let mut yingda = Yingda::start_with(setup).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/stay").await;

    let fields = [("reply", "安排标间。"), ("do", "publish")];
    let refused = send(&browser, &page, "/console/rules/stay/save", &fields).await;
    refused.shows("有 1 个测试没有通过");
    refused.shows("<a href=\"/console/files/text?path=tests%2Fstay%2Echat\">tests/stay.chat:2</a>");
    refused.hides("去一起发布");
    let address = "/console/files/text?path=tests%2Fstay%2Echat";
    let seen = value_of(&browser.get(address).await.body, "seen").expect("a hash");
    let text = test.replace("含\"顾问\" 不含", "含");
    browser.post(address, &[("text", text.as_str()), ("seen", seen.as_str()), ("do", "save")]).await;
    let refused = browser.post("/console/rules/stay/publish", &[]).await;

    refused.shows("tests/stay.chat 在您的草稿里也改过");
    let together = "/console/publish?path=rules%2Fstay%2Emd&path=tests%2Fstay%2Echat";
    refused.shows(&format!("href=\"{}#publish\"", together.replace('&', "&#38;")));
    browser.get(together).await.hides("个测试没有通过");
    browser.post("/console/publish/now", &[("path", "rules/stay.md"), ("path", "tests/stay.chat")]).await;
    assert_eq!(answer(&mut yingda, "住宿").await, "安排标间。");
}

/// Who comes to change the reply need not pass all the words before it.
#[tokio::test]
async fn the_sayings_of_a_rule_are_one_line_until_they_are_wanted() {
    let yingda = Yingda::start_with(setup()).await;
    let browser = editor(&yingda).await;

    let page = browser.get("/console/rules/stay").await;

    page.shows("<details class=\"sayings\">");
    page.shows("4 个说法 <span class=\"soft\">住宿、酒店、晚上住哪里、房间里有空调吗</span>");
    let opened = "<details class=\"sayings\" open=\"open\">";
    browser.get("/console/rules/new").await.shows(opened);
    browser.get("/console/rules/stay?add=%E4%BD%8F%E5%87%A0%E4%BA%BA").await.shows(opened);
}

#[tokio::test]
async fn a_wrong_rule_is_stopped_at_once_and_the_draft_of_it_stays() {
    let mut setup = setup();
    setup.files.push(("tests/stay.chat".to_owned(), "用户: 住宿\n应答: 规则=stay\n".to_owned()));
    let mut yingda = Yingda::start_with(setup).await;
    let browser = editor(&yingda).await;
    let page = browser.get("/console/rules/stay").await;
    send(&browser, &page, "/console/rules/stay/save", &[("reply", "还没写完。")]).await;

    let stopped = browser.post("/console/rules/stay/switch", &[("to", "off")]).await;

    assert_eq!(stopped.status, StatusCode::SEE_OTHER, "{stopped:?}");
    assert_ne!(answer(&mut yingda, "住宿").await, "住宿请问顾问。");
    browser.get("/console/rules/stay").await.shows("还没写完。");
    browser.get("/console/rules?state=off").await.shows("1 条规则");
    browser.post("/console/rules/stay/undo", &[]).await;
    browser.get("/console/rules?state=off").await.shows("1 条规则");
    browser.post("/console/rules/stay/switch", &[("to", "on")]).await;
    assert_eq!(answer(&mut yingda, "住宿").await, "住宿请问顾问。");
}

#[tokio::test]
async fn a_thousand_rules_come_fifty_a_page() {
    let mut setup = setup();
    let rows: String = (0..1000).map(|n| format!("r{n},规则{n},词{n}；词语{n},回复{n}。\n")).collect();
    setup.files.push(("rules/many.csv".to_owned(), format!("id,name,contains,reply\n{rows}")));
    let yingda = Yingda::start_with(setup).await;
    let browser = editor(&yingda).await;

    let first = browser.get("/console/rules").await;
    let last = browser.get("/console/rules?page=21").await;
    let found = browser.get("/console/rules?q=%E8%AF%8D%E8%AF%AD777").await;

    first.shows("1007 条规则");
    assert_eq!(first.body.matches("<td class=\"lead\">").count(), 50);
    last.shows("第 21 页，共 21 页");
    found.shows("1 条规则");
    found.shows("规则777");
}
