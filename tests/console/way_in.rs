//! Logging in, staying in, being out.

use std::time::Duration;

use axum::http::StatusCode;
use totp_rs::{Builder, Secret};
use yingda::model::Role;

use crate::support::browser::{Browser, PASSWORD, value_of};
use crate::support::service::Yingda;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test]
async fn a_member_logs_in_and_out() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    let wanted = browser.get("/console/members").await;
    assert_eq!(wanted.location(), "/login?next=%2Fconsole%2Fmembers");
    browser.get(wanted.location()).await.shows("value=\"/console/members\"");
    let fields = [("name", "管理员"), ("password", PASSWORD), ("next", "/console/members")];
    assert_eq!(browser.post("/login", &fields).await.location(), "/console/members");
    browser.get("/console/members").await.shows("邀请同事");
    let session = browser.cookie("yingda_session").expect("a session");
    let out = browser.post("/console/logout", &[]).await;

    assert_eq!(out.location(), "/login");
    assert_eq!(browser.cookie("yingda_session"), None);
    browser.set_cookie("yingda_session", &session);
    assert_eq!(browser.get("/console").await.location(), "/login?next=%2Fconsole", "the store forgot it too");
}

#[tokio::test]
async fn a_session_cookie_is_out_of_reach() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;

    let plain = Browser::stranger(&yingda.app.routes);
    let behind = Browser::stranger(&yingda.app.routes)
        .with_header("x-forwarded-for", "203.0.113.9")
        .with_header("x-forwarded-proto", "https");
    for (browser, secure) in [(plain, false), (behind, true)] {
        let answer = browser.log_in("管理员", PASSWORD).await;
        let cookie = answer.header("set-cookie");

        assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    let wrong = browser.log_in("管理员", "not the password").await;
    let unknown = browser.log_in("没有这人", PASSWORD).await;

    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
    assert_eq!(wrong.body.replace("value=\"管理员\"", ""), unknown.body.replace("value=\"没有这人\"", ""));
    wrong.shows("登录名或密码不对");
    wrong.hides("not the password");
}

#[tokio::test]
async fn after_five_tries_nobody_is_asked_for_a_quarter_of_an_hour() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    for _ in 0..5 {
        assert_eq!(
            browser.log_in("管理员", "not the password").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let refused = browser.log_in("管理员", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "the right password, too late");
    refused.shows("15 分钟");
    // Somebody who guesses elsewhere does not lock out who knows the password.
    let elsewhere = Browser::stranger(&yingda.app.routes).from("203.0.113.7");
    assert_eq!(elsewhere.log_in("管理员", PASSWORD).await.status, StatusCode::SEE_OTHER);

    yingda.waits(15 * MINUTE);
    assert_eq!(browser.log_in("管理员", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

/// So often that nobody is asked for this name any more, whatever the address.
async fn strangers_guess_at(yingda: &Yingda, name: &str) {
    for place in 0..6 {
        let stranger = Browser::stranger(&yingda.app.routes).from(&format!("203.0.113.{place}"));
        for _ in 0..6 {
            stranger.log_in(name, "not the password").await;
        }
    }
}

#[tokio::test]
async fn strangers_who_guess_keep_no_member_out_of_a_browser_that_they_used() {
    let yingda = Yingda::start().await;
    let member = Browser::admin(&yingda).await.from("198.51.100.4");
    member.post("/console/logout", &[]).await;

    strangers_guess_at(&yingda, "管理员").await;

    let elsewhere = Browser::stranger(&yingda.app.routes).from("192.0.2.1");
    assert_eq!(elsewhere.log_in("管理员", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(member.log_in("管理员", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_browser_that_a_member_used_may_not_guess_without_end_either() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    browser.post("/console/logout", &[]).await;

    for _ in 0..5 {
        browser.log_in("管理员", "not the password").await;
    }

    assert_eq!(browser.log_in("管理员", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    yingda.waits(15 * MINUTE);
    assert_eq!(browser.log_in("管理员", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_mark_of_a_browser_counts_for_its_member_alone_and_three_months() {
    let yingda = Yingda::start().await;
    let (browser, _other) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    let mark = browser.cookie("yingda_device").expect("a mark");
    let with_mark = |mark: &str| {
        let browser = Browser::stranger(&yingda.app.routes).from("192.0.2.1");
        browser.set_cookie("yingda_device", mark);
        browser
    };
    strangers_guess_at(&yingda, "编辑").await;

    for mark in [mark.as_str(), "forged"] {
        let refused = with_mark(mark).log_in("编辑", PASSWORD).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{mark}");
    }
    yingda.waits(91 * 24 * HOUR);
    strangers_guess_at(&yingda, "管理员").await;
    assert_eq!(with_mark(&mark).log_in("管理员", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_place() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let from =
        |number: usize| Browser::stranger(&yingda.app.routes).from(&format!("[2001:db8:1:2::{number:x}]"));

    for number in 0..5 {
        from(number).log_in("管理员", "not the password").await;
    }

    assert_eq!(from(9).log_in("管理员", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn one_address_may_not_try_many_names() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    for number in 0..30 {
        let answer = browser.log_in(&format!("某人{number}"), PASSWORD).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }

    assert_eq!(browser.log_in("某人30", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_and_after_two_weeks() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    yingda.waits(15 * HOUR);
    assert_eq!(browser.get("/console").await.status, StatusCode::OK, "in use within 16 hours");
    yingda.waits(16 * HOUR + MINUTE);
    assert_eq!(browser.get("/console").await.status, StatusCode::SEE_OTHER, "left alone");

    let busy = Browser::stranger(&yingda.app.routes);
    busy.log_in("管理员", PASSWORD).await;
    for _ in 0..27 {
        yingda.waits(12 * HOUR);
        assert_eq!(busy.get("/console").await.status, StatusCode::OK);
    }
    yingda.waits(12 * HOUR);
    assert_eq!(busy.get("/console").await.status, StatusCode::SEE_OTHER, "two weeks old");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let yingda = Yingda::start().await;
    let here = Browser::admin(&yingda).await;
    let there = Browser::stranger(&yingda.app.routes);
    there.log_in("管理员", PASSWORD).await;
    let new = "换一句新的好记的话吧";

    let wrong = here.post("/console/account/password", &[("current", "wrong one"), ("new", new)]).await;
    wrong.shows("现在的密码不对");
    let changed = here.post("/console/account/password", &[("current", PASSWORD), ("new", new)]).await;

    assert_eq!(changed.location(), "/console/account");
    here.get("/console/account").await.shows("密码已改");
    assert_eq!(there.get("/console").await.status, StatusCode::SEE_OTHER);
    let again = Browser::stranger(&yingda.app.routes);
    assert_eq!(again.log_in("管理员", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.log_in("管理员", new).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_elsewhere_can_be_ended_and_only_ones_own() {
    let yingda = Yingda::start().await;
    let (here, there) = (Browser::admin(&yingda).await, Browser::stranger(&yingda.app.routes));
    there.log_in("管理员", PASSWORD).await;
    let other = Browser::with_role(&yingda, Role::Viewer).await;
    let hash = value_of(&here.get("/console/account").await.body, "hash").expect("the other session");

    other.get("/console").await;
    other.post("/console/account/sessions/end", &[("hash", &hash)]).await;
    assert_eq!(there.get("/console").await.status, StatusCode::OK, "somebody else's");
    here.get("/console/account").await;
    here.post("/console/account/sessions/end", &[("hash", &hash)]).await;

    assert_eq!(there.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/console").await.status, StatusCode::OK);
}

/// The six digits of a phone at the service's time.
fn digits(secret: &str, yingda: &Yingda) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret).with_account_name("a").build().expect("complete");
    totp.generate(u64::try_from(yingda.now().as_second()).expect("after 1970")).to_string()
}

/// Turned on: the secret, and the recovery codes.
async fn turn_codes_on(browser: &Browser, yingda: &Yingda) -> (String, Vec<String>) {
    let page = browser.get("/console/account/codes").await;
    let (_, after) = page.body.split_once("<code>").expect("the secret for typing");
    let secret = after.split('<').next().expect("text").to_owned();
    let sealed = value_of(&page.body, "secret").expect("the sealed secret");
    let code = digits(&secret, yingda);
    let fields = [("secret", sealed.as_str()), ("code", &code), ("current", PASSWORD)];
    let on = browser.post("/console/account/codes", &fields).await;
    on.shows("动态验证码已开启");
    let codes = on.body.split("<li><code>").skip(1).map(|part| part.split('<').next().unwrap_or_default());
    (secret, codes.map(str::to_owned).collect())
}

#[tokio::test]
async fn with_codes_on_the_password_alone_lets_nobody_in_and_no_code_counts_twice() {
    let yingda = Yingda::start().await;
    let (secret, recovery) = turn_codes_on(&Browser::admin(&yingda).await, &yingda).await;
    assert_eq!(recovery.len(), 10);
    let browser = Browser::stranger(&yingda.app.routes);
    let first_step = async || {
        let page = browser.log_in("管理员", PASSWORD).await;
        page.shows("动态验证码");
        assert_eq!(browser.get("/console").await.status, StatusCode::SEE_OTHER, "not in yet");
        value_of(&page.body, "passed").expect("the first step's proof")
    };

    let passed = first_step().await;
    let wrong = browser.post("/login", &[("passed", &passed), ("code", "000000")]).await;
    wrong.shows("验证码不对");
    let used_at_set_up = digits(&secret, &yingda);
    let replayed = browser.post("/login", &[("passed", &passed), ("code", &used_at_set_up)]).await;
    replayed.shows("验证码不对");
    yingda.waits(MINUTE);
    let code = digits(&secret, &yingda);
    let right = browser.post("/login", &[("passed", &passed), ("code", &code)]).await;
    assert_eq!(right.location(), "/console");
    let again = browser.post("/login", &[("passed", &passed), ("code", &code)]).await;
    again.shows("验证码不对");

    let recovered = browser.post("/login", &[("passed", &passed), ("code", &recovery[0])]).await;
    assert_eq!(recovered.location(), "/console");
    let spent = browser.post("/login", &[("passed", &passed), ("code", &recovery[0])]).await;
    spent.shows("验证码不对");
    yingda.waits(6 * MINUTE);
    let late = browser.post("/login", &[("passed", &passed), ("code", &recovery[1])]).await;
    late.shows("等得太久了");
}

#[tokio::test]
async fn whoever_finds_a_browser_open_changes_no_second_factor() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    turn_codes_on(&browser, &yingda).await;
    let is_on = async || {
        let staff = yingda.app.store.list_staff().await.expect("readable");
        staff.iter().all(|member| member.has_second_factor)
    };
    let before = yingda.app.store.list_staff().await.expect("readable");

    browser.get("/console/account/codes/off").await.shows("name=\"current\"");
    browser.post("/console/account/codes/off", &[]).await.shows("现在的密码不对");
    let page = browser.get("/console/account/codes").await;
    let (_, after) = page.body.split_once("<code>").expect("the secret for typing");
    let code = digits(after.split('<').next().expect("text"), &yingda);
    let sealed = value_of(&page.body, "secret").expect("the sealed secret");
    let replaced = browser
        .post("/console/account/codes", &[("secret", &sealed), ("code", &code), ("current", "wrong one")])
        .await;
    replaced.shows("现在的密码不对");
    replaced.hides("动态验证码已开启");
    assert_eq!(yingda.app.store.list_staff().await.expect("readable"), before);

    for _ in 0..3 {
        browser.post("/console/account/codes/off", &[("current", "wrong one")]).await;
    }
    let late = browser.post("/console/account/codes/off", &[("current", PASSWORD)]).await;
    late.shows("试的次数太多了");
    assert!(is_on().await, "the right password, too late");
    yingda.waits(15 * MINUTE);
    let off = browser.post("/console/account/codes/off", &[("current", PASSWORD)]).await;
    assert_eq!(off.location(), "/console/account");
    assert!(!is_on().await);
}

#[tokio::test]
async fn nobody_can_forge_the_first_step() {
    let yingda = Yingda::start().await;
    turn_codes_on(&Browser::admin(&yingda).await, &yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);

    for forged in ["AAAA", "{\"name\":\"管理员\",\"at\":99999999999999}"] {
        let answer = browser.post("/login", &[("passed", forged), ("code", "123456")]).await;
        answer.shows("请重新输入登录名和密码");
    }
}

#[tokio::test]
async fn guessing_codes_is_counted_too() {
    let yingda = Yingda::start().await;
    turn_codes_on(&Browser::admin(&yingda).await, &yingda).await;
    let browser = Browser::stranger(&yingda.app.routes);
    let page = browser.log_in("管理员", PASSWORD).await;
    let passed = value_of(&page.body, "passed").expect("the first step's proof");

    for _ in 0..5 {
        browser.post("/login", &[("passed", &passed), ("code", "000000")]).await.shows("验证码不对");
    }

    let refused = browser.post("/login", &[("passed", &passed), ("code", "000000")]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
}
