//! Members and tokens: joining, roles, being out; what is shown once.

use std::time::Duration;

use axum::http::StatusCode;
use yingda::model::{Role, StaffName};
use yingda::store::Ticket;

use crate::support::browser::{Browser, PASSWORD};
use crate::support::script::Script;
use crate::support::service::Yingda;

async fn id_of(yingda: &Yingda, name: &str) -> String {
    let name = StaffName::parse(name).expect("a name");
    let found = yingda.app.store.find_credentials(&name).await.expect("readable").expect("a member");
    found.staff.id.to_string()
}

fn key_of(link: &str) -> &str {
    link.rsplit_once("key=").expect("a link with a key").1
}

#[tokio::test]
async fn a_colleague_joins_by_a_link_that_works_once() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;

    let made = admin.post("/console/members", &[("name", "李老师"), ("role", "reception")]).await;
    let link = made.shown_once();
    assert!(link.starts_with("http://127.0.0.1:8080/join?key="), "{link}");
    admin.get("/console/members").await.hides(key_of(link));
    let newcomer = Browser::stranger(&yingda.app.routes);
    let page = newcomer.get(&format!("/join?key={}", key_of(link))).await;
    page.shows("接待");
    page.shows("value=\"李老师\"");
    let fields = [("key", key_of(link)), ("name", "李老师"), ("password", PASSWORD)];
    assert_eq!(newcomer.post("/join", &fields).await.location(), "/console");

    newcomer.get("/console").await.shows("李老师");
    Browser::stranger(&yingda.app.routes).post("/join", &fields).await.shows("这条链接不能用了");
}

#[tokio::test]
async fn a_link_is_over_after_three_days_or_when_it_is_withdrawn() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    let stranger = Browser::stranger(&yingda.app.routes);
    let make = async || {
        let made = admin.post("/console/members", &[("name", "李老师"), ("role", "editor")]).await;
        key_of(made.shown_once()).to_owned()
    };

    let (first, second) = (make().await, make().await);
    let hash = Ticket::read(&first).expect("a key").hash();
    admin.post("/console/members/invitations/withdraw", &[("hash", &hash)]).await;
    stranger.get(&format!("/join?key={first}")).await.shows("这条链接不能用了");
    stranger.get(&format!("/join?key={second}")).await.shows("设好密码以后");

    yingda.waits(Duration::from_secs(3 * 24 * 60 * 60));
    stranger.get(&format!("/join?key={second}")).await.shows("这条链接不能用了");
}

#[tokio::test]
async fn two_members_never_have_the_same_name() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    let made = admin.post("/console/members", &[("name", "李老师"), ("role", "editor")]).await;
    let newcomer = Browser::stranger(&yingda.app.routes);

    let fields = [("key", key_of(made.shown_once())), ("name", " 管理员"), ("password", PASSWORD)];
    let refused = newcomer.post("/join", &fields).await;

    refused.shows("这个名字已经有人用了");
    let fields = [("key", key_of(made.shown_once())), ("name", "李老师"), ("password", PASSWORD)];
    assert_eq!(newcomer.post("/join", &fields).await.location(), "/console", "the link is not used up");
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once_and_can_come_back() {
    let yingda = Yingda::start().await;
    let (admin, editor) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let member = format!("/console/members/{}", id_of(&yingda, "编辑").await);

    admin.get(&format!("{member}/disable")).await.shows("停用「编辑」");
    assert_eq!(editor.get("/console").await.status, StatusCode::OK, "asking changes nothing");
    admin.post(&format!("{member}/disable"), &[]).await;
    assert_eq!(editor.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(editor.log_in("编辑", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    admin.get(&member).await;
    admin.post(&format!("{member}/enable"), &[]).await;

    assert_eq!(editor.log_in("编辑", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_always_remains_who_can_administer() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;
    let oneself = format!("/console/members/{}", id_of(&yingda, "管理员").await);

    let demoted = admin.post(&oneself, &[("role", "viewer")]).await;
    let disabled = admin.post(&format!("{oneself}/disable"), &[]).await;

    demoted.shows("至少要有一位能登录的管理员");
    disabled.shows("至少要有一位能登录的管理员");
    assert_eq!(admin.get("/console/members").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on() {
    let yingda = Yingda::start().await;
    let (admin, viewer) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Viewer).await);
    assert_eq!(viewer.get("/console/log").await.status, StatusCode::FORBIDDEN);

    let member = format!("/console/members/{}", id_of(&yingda, "只读").await);
    admin.post(&member, &[("role", "admin")]).await;

    assert_eq!(viewer.get("/console/log").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_reset_link_sets_a_new_password_and_ends_every_session() {
    let yingda = Yingda::start().await;
    let (admin, editor) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let member = format!("/console/members/{}", id_of(&yingda, "编辑").await);
    let new = "换一句新的好记的话吧";

    let made = admin.post(&format!("{member}/reset"), &[]).await;
    let key = key_of(made.shown_once());
    let locked_out = Browser::stranger(&yingda.app.routes);
    locked_out.get(&format!("/join?key={key}")).await.shows("编辑");
    let done = locked_out.post("/join", &[("key", key), ("password", new)]).await;

    assert_eq!(done.location(), "/console");
    assert_eq!(editor.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(editor.log_in("编辑", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(editor.log_in("编辑", new).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_can_be_revoked() {
    let yingda = Yingda::start().await;
    let admin = Browser::admin(&yingda).await;

    let made = admin.post("/console/tokens", &[("name", "每周导出"), ("role", "viewer")]).await;
    let token = made.shown_once().strip_prefix("yingda_").expect("its mark").to_owned();
    let ticket = Ticket::read(&token).expect("a token");
    let found = yingda.app.store.find_token(&ticket, yingda.now()).await.expect("readable");
    let found = found.expect("it works");
    assert_eq!((found.name.as_str(), found.role), ("每周导出", Role::Viewer));
    let list = admin.get("/console/tokens").await;
    list.shows("每周导出");
    list.hides(&token);

    let revoke = format!("/console/tokens/{}/revoke", found.id);
    admin.get(&revoke).await.shows("撤销「每周导出」");
    admin.post(&revoke, &[]).await;

    assert!(yingda.app.store.find_token(&ticket, yingda.now()).await.expect("readable").is_none());
}

const MADE: [&str; 3] = ["给老同学的链接", "给编辑的链接", "API 令牌「每周导出」"];

/// What 同事 made as an administrator: a link for somebody, one for a new
/// password, and a token.
struct WaysIn {
    links: Vec<String>,
    token: String,
}

impl WaysIn {
    async fn made_by(colleague: &Browser, yingda: &Yingda) -> Self {
        colleague.get("/console/members").await;
        let joining = colleague.post("/console/members", &[("name", "老同学"), ("role", "admin")]).await;
        let of_editor = format!("/console/members/{}", id_of(yingda, "编辑").await);
        let reset = colleague.post(&format!("{of_editor}/reset"), &[]).await;
        let token = colleague.post("/console/tokens", &[("name", "每周导出"), ("role", "admin")]).await;
        Self {
            links: [joining, reset].map(|page| key_of(page.shown_once()).to_owned()).to_vec(),
            token: format!("Bearer {}", token.shown_once()),
        }
    }

    async fn are_open(&self, yingda: &Yingda) -> Vec<bool> {
        let mut open = Vec::new();
        for link in &self.links {
            let page = Browser::stranger(&yingda.app.routes).get(&format!("/join?key={link}")).await;
            open.push(page.status == StatusCode::OK);
        }
        let script = Script::with_token(yingda, &self.token);
        open.push(script.get("/api/v1/leads").await.status == StatusCode::OK);
        open
    }
}

/// A second administrator, by a link of the first.
async fn colleague(admin: &Browser, yingda: &Yingda) -> (Browser, String) {
    let made = admin.post("/console/members", &[("name", "同事"), ("role", "admin")]).await;
    let browser = Browser::stranger(&yingda.app.routes);
    let fields = [("key", key_of(made.shown_once())), ("name", "同事"), ("password", PASSWORD)];
    assert_eq!(browser.post("/join", &fields).await.location(), "/console");
    (browser, format!("/console/members/{}", id_of(yingda, "同事").await))
}

#[tokio::test]
async fn whoever_is_disabled_keeps_no_way_in_that_they_made() {
    let yingda = Yingda::start().await;
    let (admin, _editor) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let (browser, member) = colleague(&admin, &yingda).await;
    let ways = WaysIn::made_by(&browser, &yingda).await;
    let others = WaysIn::made_by(&admin, &yingda).await;
    assert_eq!(ways.are_open(&yingda).await, [true; 3]);

    let asked = admin.get(&format!("{member}/disable")).await;
    MADE.iter().for_each(|made| asked.shows(made));
    assert_eq!(ways.are_open(&yingda).await, [true; 3], "asking changes nothing");
    admin.post(&format!("{member}/disable"), &[]).await;

    assert_eq!(ways.are_open(&yingda).await, [false; 3]);
    assert_eq!(others.are_open(&yingda).await, [true; 3], "what others made");
    admin.get("/console/log?kind=token_revoked").await.shows("每周导出");
    admin.get("/console/log?kind=invitation_withdrawn").await.shows("老同学");
    admin.post(&format!("{member}/enable"), &[]).await;
    assert_eq!(ways.are_open(&yingda).await, [false; 3], "it does not come back");
}

#[tokio::test]
async fn a_link_for_a_new_password_ends_when_its_member_is_disabled() {
    let yingda = Yingda::start().await;
    let (admin, _editor) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let member = format!("/console/members/{}", id_of(&yingda, "编辑").await);
    let made = admin.post(&format!("{member}/reset"), &[]).await;
    let link = format!("/join?key={}", key_of(made.shown_once()));

    admin.post(&format!("{member}/disable"), &[]).await;
    admin.post(&format!("{member}/enable"), &[]).await;

    Browser::stranger(&yingda.app.routes).get(&link).await.shows("这条链接不能用了");
}

#[tokio::test]
async fn whoever_administers_no_more_keeps_no_way_in_that_they_made() {
    let yingda = Yingda::start().await;
    let (admin, _editor) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let (browser, member) = colleague(&admin, &yingda).await;
    let ways = WaysIn::made_by(&browser, &yingda).await;

    let page = admin.get(&member).await;
    MADE.iter().for_each(|made| page.shows(made));
    admin.post(&member, &[("role", "admin")]).await;
    assert_eq!(ways.are_open(&yingda).await, [true; 3], "still an administrator");
    admin.post(&member, &[("role", "viewer")]).await;

    assert_eq!(ways.are_open(&yingda).await, [false; 3]);
    assert_eq!(browser.get("/console").await.status, StatusCode::OK, "they may still look");
}
