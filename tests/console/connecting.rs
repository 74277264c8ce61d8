//! An account is connected in a real browser: what is copied goes into a
//! simulated WeChat, and the page ticks by itself.

use yingda::model::{AccountId, Clock, Content, CustomerId};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};

use crate::support::chromium::Chromium;
use crate::support::process::http_client;
use crate::support::service::APP_ID;

pub async fn connect(browser: &Chromium, base: &str) {
    browser.open("/console/accounts").await;
    browser.click(".page-head a.button").await;
    browser.is_at("/console/accounts/new").await;
    browser.fill("#name", "某县培训中心").await;
    browser.fill("#app_id", "wx1").await;
    browser.fill("#id", "walked").await;
    browser.click("form.stack button").await;
    browser.sees("AppID 是 wx 开头的 18 位").await;
    browser.check_access("/console/accounts/new with a problem").await;
    browser.fill("#app_id", APP_ID).await;
    browser.click("form.stack button").await;
    browser.is_at("/console/accounts/walked").await;
    browser.sees("账号已建好").await;
    browser.script("window.stays = true", vec![]).await;
    browser.check_access("an account that waits").await;
    browser.shoot("account-waits").await;

    let (token, key) = (copied(browser, "copy-token").await, copied(browser, "copy-key").await);
    check(base, &wechat("anothertoken", &key)).await;
    browser.sees("签名不对").await;
    browser.check_access("an account that was refused").await;
    browser.shoot("account-refused").await;

    let theirs = wechat(&token, &key);
    check(base, &theirs).await;
    browser.sees("微信验证过网址").await;
    say(base, &theirs).await;
    browser.sees("收到微信发来的消息").await;
    assert_eq!(browser.script("return window.stays", vec![]).await, true, "the page was not left");
    browser.shoot("account-connected").await;
}

async fn copied(browser: &Chromium, id: &str) -> String {
    let text = format!("return document.getElementById('{id}').textContent");
    browser.script(&text, vec![]).await.as_str().expect("it is shown").to_owned()
}

fn wechat(token: &str, aes_key: &str) -> Account {
    Account::new(Settings {
        id: AccountId::parse("walked").expect("a slug"),
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        token: Token::parse(token).expect("a token"),
        aes_key: Some(EncodingAesKey::parse(aes_key).expect("a key")),
        previous_aes_key: None,
        encryption: Encryption::Safe,
    })
    .expect("complete settings")
}

async fn check(base: &str, theirs: &Account) {
    let check = Simulator::new(theirs).url_check(Clock::System.now());
    let sent = http_client().get(format!("{base}/hook/walked?{}", check.query)).send().await;
    sent.expect("the service answers");
}

async fn say(base: &str, theirs: &Account) {
    let (wechat, now) = (Simulator::new(theirs), Clock::System.now());
    let customer = CustomerId::parse("oWalkedCustomer").expect("printable");
    let signed = wechat.deliver(&wechat.compose(&Content::text("测试"), &customer, now), now);
    let url = format!("{base}/hook/walked?{}", signed.query);
    http_client().post(url).body(signed.body).send().await.expect("the service answers");
}
