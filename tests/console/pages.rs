//! What holds for every page: it is well-formed, small, safe, in two languages.

use axum::http::StatusCode;
use yingda::console::{Gate, addresses};
use yingda::model::lead::LeadAnswer;
use yingda::model::{LeadForm, Role};
use yingda::publishing::Draft;

use crate::support::browser::{Browser, Page};
use crate::support::html::{elements_of, text_of};
use crate::support::said::{account, commit, form, leaves, missed, said};
use crate::support::service::{APP_ID, Setup, Yingda};

const MOST_BYTES: usize = 40 * 1024;
const MOST_STYLE: usize = 24 * 1024;
const MOST_SCRIPT: usize = 20 * 1024;

/// What a page itself says, without the menus around it: they grow.
fn main_of(page: &Page) -> String {
    let start = page.body.find("<main").expect("a main part");
    let end = page.body.find("</main>").expect("its end") + "</main>".len();
    text_of(&&page.body[start..end])
}

/// A console with one of everything, in English, so that a Chinese word on an
/// English page is the page's own.
struct Seeded {
    _yingda: Yingda,
    browser: Browser,
    ids: Vec<(&'static str, String)>,
}

const ENGLISH: &[(&str, &str)] = &[
    ("settings.toml", "[centre]\nname = \"Centre\"\n\n[hours]\nmon_fri = [\"08:30-12:00\"]\n"),
    (
        "contacts.toml",
        "[[contact]]\nname = \"Adviser\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    ),
    (
        "rules/price.md",
        "+++\nid = \"price\"\nname = \"Price\"\ntriggers = [\"how much\", \"=price\"]\n+++\nPlease ask.\n",
    ),
    (
        "rules/human.md",
        "+++\nid = \"human\"\nname = \"Person\"\nkind = \"human\"\ntriggers = [\"person\"]\n+++\nCall {{phone}}.\n",
    ),
    (
        "rules/form.md",
        "+++\nid = \"leave\"\nname = \"Leave\"\ntriggers = [\"enquiry\"]\nkind = \"form\"\nform = \"enquiry\"\n+++\n",
    ),
    (
        "forms/enquiry.toml",
        "name = \"Enquiry\"\n\n[[field]]\nid = \"unit\"\nlabel = \"Unit\"\nask = \"Which unit?\"\nkind = \"unit\"\n\n\
         [[field]]\nid = \"phone\"\nlabel = \"Phone\"\nask = \"Which number?\"\nkind = \"phone\"\nrequired = true\n",
    ),
    ("courses.csv", "\u{feff}id,name,theme,days_min,days_max\r\nc01,Red road,History,3,5\r\n"),
    (
        "articles/one.md",
        "+++\ntitle = \"Article\"\nsource = \"Journal\"\nstale_after = 2027-01-31\n+++\nText.\n",
    ),
];

impl Seeded {
    async fn start() -> Self {
        let files = ENGLISH.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let yingda = Yingda::start_with(Setup { files, ..Setup::default() }).await;
        let browser = Browser::named_admin(&yingda, "Li").await;
        let (store, now) = (&yingda.app.store, yingda.now());
        let message = commit(store, missed("o-one", now, "parking")).await;
        let answered = commit(store, said("o-one", now, "how much")).await;
        let lead = LeadForm { source: None, ..english(form("261123-01", "Office", "13800000000")) };
        commit(store, leaves("o-one", now, lead)).await;
        let account = [("name", "Second"), ("id", "second"), ("app_id", APP_ID), ("encryption", "safe")];
        let fields: Vec<_> = account.into_iter().chain([("human", "contacts")]).collect();
        browser.get("/console/accounts/new").await;
        assert_eq!(
            browser.post("/console/accounts/new", &fields).await.location(),
            "/console/accounts/second"
        );
        browser.post("/console/tokens", &[("name", "Weekly"), ("role", "viewer")]).await;
        browser.get("/console/phrases").await;
        browser
            .post("/console/phrases/save", &[("id", ""), ("title", "Prices"), ("text", "It depends.")])
            .await;
        let ids = Self::find_ids(&yingda, &browser, [message, answered].map(|key| key.to_string())).await;
        Self { _yingda: yingda, browser, ids }
    }

    async fn find_ids(
        yingda: &Yingda,
        browser: &Browser,
        [_missed, answered]: [String; 2],
    ) -> Vec<(&'static str, String)> {
        let store = &yingda.app.store;
        let member = store.list_staff().await.expect("readable").remove(0).id;
        let token = store.list_tokens().await.expect("readable").remove(0).id;
        let phrase = store.list_phrases(&account()).await.expect("readable").remove(0).id;
        let id = member.clone();
        let mut draft = Draft::open(store, &id).await.expect("it opens");
        let text = "+++\nid = \"late\"\nname = \"Late\"\ntriggers = [\"late\"]\n+++\nLater.\n";
        draft.write(store, "rules/late.md", text.into(), None, yingda.now()).await.expect("written");
        browser.get("/console/publish").await;
        let fields = [("reason", "Later"), ("due", "2026-11-30T10:00")];
        let sent = browser.post("/console/publish/now", &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
        let page = browser.get("/console/publish").await;
        let (_, waiting) = page.body.split_once("/console/publish/waiting/").expect("a link");
        let waiting = waiting.split(['"', '/']).next().expect("an id").to_owned();
        vec![
            ("/console/accounts/{id}", "second".into()),
            ("/console/members/{id}", member.to_string()),
            ("/console/tokens/{id}", token),
            ("/console/publish/versions/{id}", "1".into()),
            ("/console/publish/waiting/{id}", waiting),
            ("/console/rules/{id}", "price".into()),
            ("/console/courses/{id}", "c01".into()),
            ("/console/contacts/{id}", "Adviser".into()),
            ("/console/articles/{id}", "one".into()),
            ("/console/forms/{id}", "enquiry".into()),
            ("/console/settings/{id}", "hours".into()),
            ("/console/chats/{id}", "o-one".into()),
            ("/console/phrases/{id}", phrase),
            ("/console/leads/{id}", "261123-01".into()),
            ("{name}", "unit".into()),
            ("{key}", answered),
        ]
    }

    /// The address with what there is; every place in it has to be filled.
    fn concrete(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (place, id) in &self.ids {
            let filled = place.replace("{id}", id);
            address = match place.contains("{id}") {
                true => address.replace(place, &filled),
                false => address.replace(place, id),
            };
        }
        assert!(!address.contains('{'), "nothing is seeded for {path}");
        address
    }

    /// Everything that can be looked at, files left out.
    async fn every_page(&self) -> Vec<(String, Page)> {
        let mut pages = Vec::new();
        for (path, gate) in addresses() {
            let is_file = path.ends_with("/export") || path.starts_with("/console/assets/");
            if is_file || gate == Gate::ThisMachine {
                continue;
            }
            let mut address = self.concrete(path);
            if path == "/console/files/text" {
                address.push_str("?path=settings.toml");
            }
            let page = self.browser.get(&address).await;
            if page.status != StatusCode::METHOD_NOT_ALLOWED {
                assert!(page.status != StatusCode::NOT_FOUND, "{address} is not seeded");
                pages.push((address, page));
            }
        }
        for path in ["/setup?key=none", "/console/nothing-here", "/console/members/nobody"] {
            pages.push((path.to_owned(), self.browser.get(path).await));
        }
        assert!(pages.len() > 60, "{} pages", pages.len());
        pages
    }
}

/// What a form says in English.
fn english(form: LeadForm) -> LeadForm {
    let words = [("单位", "Unit"), ("人数", "People"), ("时间", "When"), ("姓名", "Name"), ("电话", "Phone")];
    let answers = form.answers.into_iter().map(|answer| {
        let label = words.iter().find(|(zh, _)| *zh == &*answer.label).expect("a label").1;
        let value = if answer.value.is_ascii() { answer.value.clone() } else { "some".into() };
        LeadAnswer { label: label.into(), value, ..answer }
    });
    LeadForm { answers: answers.collect(), ..form }
}

#[tokio::test]
async fn every_page_forbids_what_is_not_ours_and_is_kept_nowhere() {
    let seeded = Seeded::start().await;

    for (path, page) in seeded.every_page().await {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn every_page_is_well_formed_and_has_neither_script_nor_style_of_its_own() {
    let seeded = Seeded::start().await;

    for lang in ["zh", "en"] {
        seeded.browser.set_cookie("yingda_lang", lang);
        for (path, page) in seeded.every_page().await {
            for (element, attributes) in elements_of(&page) {
                let has = |name: &str| attributes.iter().any(|(known, _)| known == name);
                assert!(element != "style" && !has("style"), "{path}: a style of its own in <{element}>");
                assert!(element != "script" || has("src"), "{path}: a script of its own");
                assert!(!attributes.iter().any(|(name, _)| name.starts_with("on")), "{path}: <{element}>");
            }
            assert!(page.body.len() < MOST_BYTES, "{path}: {} bytes", page.body.len());
            assert!(page.body.contains("id=\"main\"") && page.body.contains("<h1"), "{path}");
        }
    }
}

#[tokio::test]
async fn every_label_belongs_to_a_field_and_no_id_is_used_twice() {
    let seeded = Seeded::start().await;

    for (path, page) in seeded.every_page().await {
        let elements = elements_of(&page);
        let all = |wanted: &str| -> Vec<String> {
            let attributes = elements.iter().flat_map(|(_, attributes)| attributes);
            attributes.filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
        };
        let mut ids = all("id");
        for target in all("for").into_iter().chain(all("aria-describedby")).chain(all("aria-labelledby")) {
            assert!(ids.contains(&target), "{path}: nothing is called {target}");
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{path}: an id is used twice");
    }
}

/// What may be Chinese on an English page, each for its reason.
const CHINESE: &[&str] = &[
    // WeChat's own words, as they stand in its settings.
    "微信开发者平台",
    "我的业务",
    "消息与事件推送",
    "设置与开发",
    "服务器配置",
    "基本配置",
    "开发信息",
    "消息加解密方式",
    "安全模式",
    "兼容模式",
    "明文模式",
    "公众平台",
    "公众号",
    "服务号",
    "原始 ID",
    "消息推送",
    "客服接口",
    "接口权限",
    "未启用",
    "启用",
    "提交",
    // What is sent to try it, what a file writes, what a language is called.
    "测试",
    "待填写",
    "车费",
    "报销",
    "/第[一二]批/",
    "中文",
    // What the configuration and the test's own messages say.
    "培训中心",
    "答",
    // What customers are told and may ask, in 试聊 and in what a card will look like.
    "11月23日",
    "一个人多少钱",
    "能开发票吗",
    "我想找人工",
    "（3-5天）",
    "现在可以拨打",
    "微信号",
    "电话",
    // The log keeps words as they were when it happened.
    "命令行",
    "管理员",
    "只读",
];

fn is_chinese(line: &str) -> bool {
    let unexplained = CHINESE.iter().fold(line.to_owned(), |line, known| line.replace(known, ""));
    unexplained.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}'))
}

#[tokio::test]
async fn english_pages_are_english() {
    let seeded = Seeded::start().await;
    seeded.browser.post("/preferences", &[("lang", "en"), ("back", "/console/more")]).await;

    let mut found = Vec::new();
    for (address, page) in seeded.every_page().await {
        page.shows("<html lang=\"en\"");
        // A gallery of parts with examples in Chinese.
        if address != "/console/style" {
            let text = main_of(&page);
            let lines = text.lines().filter(|line| is_chinese(line));
            found.extend(lines.map(|line| format!("{address}: {line}")));
        }
    }

    assert!(found.is_empty(), "words that are not in English:\n{}", found.join("\n"));
    let text = main_of(&seeded.browser.get("/console/more").await);
    assert!(text.starts_with("More\nWork\nHome\n") && text.ends_with("Log out"), "{text}");
}

#[tokio::test]
async fn a_browser_that_asks_for_english_and_no_chinese_gets_it() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let ask = async |languages: &str| {
        Browser::stranger(&yingda.app.routes).with_header("accept-language", languages).get("/login").await
    };

    ask("en-US,en;q=0.9").await.shows("<html lang=\"en\"");
    ask("en-US,en;q=0.9,zh-CN;q=0.8").await.shows("<html lang=\"zh-CN\"");
    ask("").await.shows("<html lang=\"zh-CN\"");
}

#[tokio::test]
async fn style_and_script_are_small_and_kept_for_a_year_by_their_content() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = browser.get("/login").await;

    for (ending, most, media_type) in [
        ("console.css", MOST_STYLE, "text/css; charset=utf-8"),
        ("console.js", MOST_SCRIPT, "text/javascript; charset=utf-8"),
        ("icon.svg", 1024, "image/svg+xml"),
    ] {
        let mut addresses = page.body.split('"').filter(|part| part.ends_with(ending));
        let address = addresses.next_back().expect("it is on the page");
        let asset = browser.get(address).await;

        assert_eq!(asset.status, StatusCode::OK, "{address}");
        assert_eq!(asset.header("content-type"), media_type);
        assert!(asset.header("cache-control").contains("immutable"));
        assert!(asset.body.len() <= most, "{ending} has {} bytes", asset.body.len());
        let other = address.replace("assets/", "assets/0");
        assert_eq!(browser.get(&other).await.status, StatusCode::NOT_FOUND, "another hash");
    }
}

#[tokio::test]
async fn what_a_member_is_called_is_shown_as_text() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let hostile = "\"'&amp;{{7*7}}";

    browser.post("/console/tokens", &[("name", "<script>alert(1)</script>"), ("role", "viewer")]).await;
    browser.post("/console/members", &[("name", hostile), ("role", "viewer")]).await;

    let tokens = browser.get("/console/tokens").await;
    tokens.hides("<script>alert");
    elements_of(&tokens);
    elements_of(&browser.get("/console/members").await);
    elements_of(&browser.get("/console/log").await);
}

#[tokio::test]
async fn home_says_what_is_to_be_done() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    let home = browser.get("/console").await;

    insta::assert_snapshot!(main_of(&home), @r#"
    首页 试聊
    要做的事
    现在没有要做的事。
    头几步
    ✓ 已完成：设密码
    待做：试着聊几句
    ✓ 已完成：填顾问的电话和微信
    待做：填上班时间
    ✓ 已完成：补上〔待填写〕
    ✓ 已完成：接上公众号
    待做：收到第一条消息
    待做：邀请一位同事
    待做：给自己开启动态验证码
    线上是第 1 版，3 条规则，对话测试 0/0 通过。
    "#);
}

#[tokio::test]
async fn the_first_steps_are_those_that_the_role_can_do() {
    let yingda = Yingda::start().await;
    let cases: &[(Role, &[&str], &[&str])] = &[
        (Role::Admin, &["接上公众号", "填上班时间", "邀请一位同事"], &[]),
        (Role::Editor, &["填上班时间", "试着聊几句"], &["接上公众号", "收到第一条消息", "邀请一位同事"]),
        (Role::Reception, &["试着聊几句"], &["填上班时间", "接上公众号"]),
        (Role::Viewer, &["试着聊几句"], &["补上〔待填写〕", "接上公众号"]),
    ];
    for (role, shown, hidden) in cases {
        let home = Browser::with_role(&yingda, *role).await.get("/console").await;
        shown.iter().for_each(|step| home.shows(step));
        hidden.iter().for_each(|step| home.hides(step));
    }
}

#[tokio::test]
async fn who_takes_a_wrong_turn_keeps_the_menu() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let cases = [
        ("no such page", "/console/nothing-here", StatusCode::NOT_FOUND),
        ("no such rule", "/console/rules/nothing", StatusCode::NOT_FOUND),
        ("not for this role", "/console/members", StatusCode::FORBIDDEN),
    ];
    for (name, address, status) in cases {
        let page = browser.get(address).await;
        assert_eq!(page.status, status, "{name}");
        page.shows("<nav class=\"side\"");
        page.shows("回首页");
        page.hides("English");
        elements_of(&page);
    }
    let stranger = Browser::stranger(&yingda.app.routes);
    stranger.get("/console/nothing-here").await.hides("<nav class=\"side\"");
}
