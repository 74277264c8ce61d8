//! Before anybody has a password.

use axum::http::StatusCode;

use crate::support::browser::{Browser, PASSWORD};
use crate::support::service::Yingda;

async fn setup_key(yingda: &Yingda) -> String {
    yingda.app.store.make_setup_key(yingda.now()).await.expect("a key").as_str().to_owned()
}

#[tokio::test]
async fn the_set_up_link_makes_the_first_administrator_and_lets_them_in() {
    let yingda = Yingda::start().await;
    let browser = Browser::stranger(&yingda.app.routes);
    let key = setup_key(&yingda).await;

    let page = browser.get(&format!("/setup?key={key}")).await;
    page.shows("设置控制台");
    let done = browser.post("/setup", &[("key", &key), ("name", "王老师"), ("password", PASSWORD)]).await;

    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/console"));
    let home = browser.get("/console").await;
    home.shows("您已登录。");
    home.shows("王老师");
    home.shows("管理员");
}

#[tokio::test]
async fn a_set_up_link_works_once() {
    let yingda = Yingda::start().await;
    let key = setup_key(&yingda).await;
    let fields = [("key", key.as_str()), ("name", "王老师"), ("password", PASSWORD)];
    let first = Browser::stranger(&yingda.app.routes).post("/setup", &fields).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);

    let again = Browser::stranger(&yingda.app.routes);
    let page = again.get(&format!("/setup?key={key}")).await;
    let taken = again.post("/setup", &[("key", &key), ("name", "别人"), ("password", PASSWORD)]).await;
    // Not even a new key makes a second first administrator.
    let other = setup_key(&yingda).await;
    let late = again.post("/setup", &[("key", &other), ("name", "别人"), ("password", PASSWORD)]).await;

    for answer in [page, taken, late] {
        answer.shows("这条链接不能用了");
    }
    assert_eq!(yingda.app.store.list_staff().await.expect("readable").len(), 1);
}

#[tokio::test]
async fn two_who_open_the_set_up_link_at_once_are_one_administrator() {
    let yingda = Yingda::start().await;
    let key = setup_key(&yingda).await;
    let (one, other) = (Browser::stranger(&yingda.app.routes), Browser::stranger(&yingda.app.routes));

    let take = async |browser: &Browser, name: &str| {
        browser.post("/setup", &[("key", &key), ("name", name), ("password", PASSWORD)]).await.status
    };
    let both = tokio::join!(take(&one, "甲老师"), take(&other, "乙老师"));

    let (won, lost) = (StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(both == (won, lost) || both == (lost, won), "{both:?}");
    assert_eq!(yingda.app.store.list_staff().await.expect("readable").len(), 1);
}

#[tokio::test]
async fn a_new_start_makes_the_old_link_worthless() {
    let yingda = Yingda::start().await;
    let (old, new) = (setup_key(&yingda).await, setup_key(&yingda).await);
    let browser = Browser::stranger(&yingda.app.routes);

    browser.get(&format!("/setup?key={old}")).await.shows("这条链接不能用了");
    browser.get(&format!("/setup?key={new}")).await.shows("设好并进入");
}

#[tokio::test]
async fn until_somebody_has_a_password_only_this_machine_sees_the_console() {
    let yingda = Yingda::start().await;
    let key = setup_key(&yingda).await;
    let stranger = |routes: &axum::Router| Browser::stranger(routes);
    let routes = &yingda.app.routes;
    let elsewhere = [
        ("another peer", stranger(routes).from("203.0.113.7")),
        ("the same network", stranger(routes).from("192.168.1.2")),
        ("through a proxy", stranger(routes).with_header("x-forwarded-for", "127.0.0.1")),
        ("under another name", stranger(routes).with_header("host", "evil.example")),
    ];
    for (name, browser) in elsewhere {
        for address in ["/console", "/console/members", "/login", &format!("/setup?key={key}")] {
            assert_eq!(browser.get(address).await.status, StatusCode::NOT_FOUND, "{name}: {address}");
        }
    }
    let here = stranger(routes).get("/console").await;
    assert_eq!(here.status, StatusCode::FORBIDDEN);
    here.shows("/setup");
}

#[tokio::test]
async fn an_invitation_made_on_the_machine_is_proof_enough() {
    let yingda = Yingda::start().await;
    let key =
        crate::support::browser::invitation(&yingda.app.store, &yingda.clock, yingda::model::Role::Admin)
            .await;
    let browser = Browser::stranger(&yingda.app.routes).from("203.0.113.7");

    let joined = browser.post("/join", &[("key", &key), ("name", "王老师"), ("password", PASSWORD)]).await;

    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{joined:?}");
    assert_eq!(browser.get("/console").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_form_keeps_the_name_and_says_what_to_change() {
    let yingda = Yingda::start().await;
    let key = setup_key(&yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    let short = browser.post("/setup", &[("key", &key), ("name", "王老师"), ("password", "short")]).await;
    let nameless = browser.post("/setup", &[("key", &key), ("name", " "), ("password", PASSWORD)]).await;

    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    short.shows("密码至少 10 个字符");
    short.shows("value=\"王老师\"");
    short.hides("value=\"short\"");
    nameless.shows("请写 1 到 30 个字");
    assert!(!yingda.app.store.anyone_can_log_in().await.expect("readable"));
}
