use std::time::Duration;

use axum::http::StatusCode;
use yingda::model::Content;
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Signed;

use crate::support::service::{Setup, Yingda};

const QUARTER: Duration = Duration::from_secs(15 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_accepted_up_to_a_quarter_of_an_hour_old_and_not_a_second_longer() {
    let yingda = Yingda::start().await;
    let at_the_limit = yingda.customer("a").message(&Content::text("多少钱"));
    yingda.waits(QUARTER);
    assert_eq!(yingda.post(&at_the_limit).await.status, StatusCode::OK);

    yingda.waits(Duration::from_secs(1));
    let late = yingda.post(&at_the_limit).await;

    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.body.is_empty(), "the sender learns nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_clock_skew_for_the_operator() {
    let yingda = Yingda::start().await;
    let message = yingda.customer("a").message(&Content::text("多少钱"));
    yingda.waits(2 * QUARTER);
    yingda.post(&message).await;

    yingda.app.refusals.write_down(&yingda.app.store).await;

    let refusals = yingda.app.store.recent_refusals(jiff::Timestamp::UNIX_EPOCH).await.expect("readable");
    let refusal = refusals.first().expect("one refusal");
    assert_eq!((refusal.account.as_str(), refusal.code.as_str(), refusal.times), ("main", "clock_skew", 1));
    assert!(refusal.reason.contains("时钟") && refusal.reason.contains("NTP"), "{}", refusal.reason);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_plain_mode_another_message_under_a_captured_url_is_refused() {
    let yingda = Yingda::start_with(Setup { encryption: Encryption::Plain, ..Setup::default() }).await;
    let customer = yingda.customer("a");
    let seen = customer.message(&Content::text("多少钱"));
    assert_eq!(yingda.post(&seen).await.status, StatusCode::OK);

    let forged = Signed { query: seen.query.clone(), body: customer.xml(&Content::text("人工")) };

    assert_eq!(yingda.post(&forged).await.status, StatusCode::FORBIDDEN);
    assert_eq!(yingda.post(&seen).await.status, StatusCode::OK, "a true retry is still answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_messages_do_not_use_up_what_their_victim_may_send() {
    let setup =
        Setup { encryption: Encryption::Plain, desk: "flood_limit = 3".to_owned(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let (stranger, victim) = (yingda.customer("stranger"), yingda.customer("victim"));
    let seen = stranger.message(&Content::text("多少钱"));
    yingda.post(&seen).await;

    for _ in 0..10 {
        let forged = Signed { query: seen.query.clone(), body: victim.xml(&Content::text("人工")) };
        assert_eq!(yingda.post(&forged).await.status, StatusCode::FORBIDDEN);
    }

    for nth in 1..=3 {
        assert_eq!(victim.says("多少钱").await, "费用请问顾问。", "message {nth}");
    }
    assert_eq!(victim.says("多少钱").await, "", "the limit still holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_plain_mode_a_captured_url_stays_worthless_after_a_restart() {
    let setup = Setup { encryption: Encryption::Plain, ..Setup::default() };
    let yingda = Yingda::start_with(setup.clone()).await;
    let seen = yingda.customer("a").message(&Content::text("多少钱"));
    yingda.post(&seen).await;
    let folder = yingda.stop().await;

    let yingda = Yingda::start_in(folder, &setup).await;
    let forged = Signed { query: seen.query, body: yingda.customer("b").xml(&Content::text("人工")) };

    assert_eq!(yingda.post(&forged).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_plain_mode_changed_words_under_the_same_message_id_are_refused() {
    let yingda = Yingda::start_with(Setup { encryption: Encryption::Plain, ..Setup::default() }).await;
    let seen = yingda.customer("a").message(&Content::text("多少钱"));
    yingda.post(&seen).await;

    let text = String::from_utf8(seen.body.clone()).expect("XML").replace("多少钱", "转人工");
    let forged = Signed { query: seen.query.clone(), body: text.into_bytes() };

    assert_eq!(yingda.post(&forged).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_check_is_answered_as_plain_text_that_nobody_takes_for_a_page() {
    let yingda = Yingda::start().await;
    let check = yingda.wechat().url_check(yingda.now());

    let answer = yingda.request("GET", &format!("/hook/main?{}", check.query), Vec::new()).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, check.echo.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_with_nothing_in_the_answer() {
    let yingda = Yingda::start().await;
    let good = yingda.customer("a").message(&Content::text("多少钱"));
    let cases: [(&str, &str, String, Vec<u8>, StatusCode); 6] = [
        ("an unknown account", "/hook/other", good.query.clone(), good.body.clone(), StatusCode::NOT_FOUND),
        ("a strange account", "/hook/%2e%2e", good.query.clone(), good.body.clone(), StatusCode::NOT_FOUND),
        ("no query", "/hook/main", String::new(), good.body.clone(), StatusCode::FORBIDDEN),
        ("no body", "/hook/main", good.query.clone(), Vec::new(), StatusCode::BAD_REQUEST),
        (
            "too much",
            "/hook/main",
            good.query.clone(),
            vec![b'a'; 1024 * 1024 + 1],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            "another token",
            "/hook/main",
            good.query.replace("signature=", "signature=0"),
            good.body,
            StatusCode::FORBIDDEN,
        ),
    ];
    for (name, path, query, body, expected) in cases {
        let answer = yingda.post_raw(path, &query, body).await;

        assert_eq!(answer.status, expected, "{name}");
        assert!(answer.body.is_empty(), "{name}: {}", String::from_utf8_lossy(&answer.body));
    }
}
