//! What a script is told when something is wrong: problem details with a
//! sentence, and never anything internal.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use yingda::model::Role;

use super::document::seeded;
use crate::support::script::{Said, Script};

fn check(case: &str, answer: &Said, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{case}: {}", answer.json);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{case}");
    assert_eq!(answer.json["code"], code, "{case}");
    assert_eq!(answer.json["status"], status, "{case}");
    let detail = answer.json["detail"].as_str().expect("a sentence");
    assert!(detail.ends_with('。') && detail.chars().count() > 8, "{case}: {detail}");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_in_a_sentence() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Admin).await;

    for (address, status, code) in [
        ("/api/v1/nothing", 404, "no_such_operation"),
        ("/api/v2/rules", 404, "no_such_operation"),
        ("/api/v1/rules/nobody", 404, "missing"),
        ("/api/v1/versions/99", 404, "missing"),
        ("/api/v1/versions/first", 404, "missing"),
        ("/api/v1/leads/261123-99", 404, "missing"),
        ("/api/v1/leads/1", 404, "missing"),
        ("/api/v1/customers/nobody/timeline", 404, "missing"),
        ("/api/v1/leads?account=nobody", 404, "no_such_account"),
        ("/api/v1/leads?status=done", 422, "unreadable"),
        ("/api/v1/leads?limit=0", 422, "unreadable"),
        ("/api/v1/leads?limit=101", 422, "unreadable"),
        ("/api/v1/leads?cursor=x", 422, "unreadable"),
        ("/api/v1/leads?colour=red", 422, "unreadable"),
        ("/api/v1/rules?cursor=nobody", 422, "unreadable"),
        ("/api/v1/messages?cursor=%00", 422, "unreadable"),
        ("/api/v1/messages?since=2026-11-24T00:00:00Z&until=2026-11-23T00:00:00Z", 422, "unreadable"),
        ("/api/v1/statistics?since=2026-11-24&until=2026-11-23", 422, "unreadable"),
        ("/api/v1/statistics?since=2025-11-22&until=2026-11-23", 422, "unreadable"),
        ("/api/v1/statistics?since=soon", 422, "unreadable"),
    ] {
        check(address, &script.get(address).await, status, code);
    }
    assert_eq!(
        script.get("/api/v1/statistics?since=2025-11-23&until=2026-11-23").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_method_or_a_body_that_does_not_fit_is_told_too() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Admin).await;
    let lead = "/api/v1/leads/261123-01";

    let wrong = script.send("DELETE", lead, None).await;
    check("a method", &wrong, 405, "no_such_method");
    assert!(wrong.header("allow").contains("PATCH"), "{:?}", wrong.headers);

    let send = async |media_type: &str, body: Vec<u8>| {
        let request = Request::builder().method("PATCH").uri(lead).header("content-type", media_type);
        script.send_raw(request, Body::from(body)).await
    };
    check("no JSON", &send("text/plain", b"{}".to_vec()).await, 415, "not_json");
    check("broken JSON", &send("application/json", b"{".to_vec()).await, 422, "unreadable");
    check("not UTF-8", &send("application/json", vec![0xff]).await, 422, "unreadable");
    let at_the_limit = format!("{{\"revision\":0,\"note\":\"{}\"}}", "a".repeat(64 * 1024 - 24));
    assert_eq!(at_the_limit.len(), 64 * 1024);
    check("at the limit", &send("application/json", at_the_limit.clone().into()).await, 422, "unreadable");
    check("above it", &send("application/json", (at_the_limit + " ").into()).await, 413, "too_large");
}

#[tokio::test]
async fn a_script_that_runs_wild_is_slowed_down_and_no_other() {
    let yingda = seeded().await;
    let (script, other) =
        (Script::with_role(&yingda, Role::Viewer).await, Script::with_role(&yingda, Role::Viewer).await);
    let usual = 300;

    for _ in 0..usual {
        assert_eq!(script.get("/api/v1/accounts").await.status, StatusCode::OK);
    }

    let answer = script.get("/api/v1/accounts").await;
    check("one more", &answer, 429, "too_many");
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(other.get("/api/v1/accounts").await.status, StatusCode::OK, "another token");
    yingda.waits(Duration::from_secs(60));
    assert_eq!(script.get("/api/v1/accounts").await.status, StatusCode::OK, "the next minute");
}

#[tokio::test]
async fn whoever_tries_tokens_is_slowed_and_keeps_out_nobody_who_has_one() {
    let yingda = seeded().await;
    let good = Script::with_role(&yingda, Role::Viewer).await.from("203.0.113.9");
    let guess = |number: usize, ip: &str| {
        Script::with_token(&yingda, &format!("Bearer yingda_{number:0>43}")).from(ip)
    };
    assert_eq!(good.get("/api/v1/rules").await.status, StatusCode::OK);

    for number in 0..30 {
        check("a guess", &guess(number, "203.0.113.9").get("/api/v1/rules").await, 401, "bad_token");
    }
    let slowed = guess(30, "203.0.113.9").get("/api/v1/rules").await;

    check("one guess too many", &slowed, 429, "too_many_bad_tokens");
    assert_eq!(slowed.header("retry-after"), "60");
    assert_eq!(guess(31, "203.0.113.8").get("/api/v1/rules").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(good.get("/api/v1/rules").await.status, StatusCode::OK, "who has one");
    yingda.waits(Duration::from_secs(60));
    assert_eq!(guess(32, "203.0.113.9").get("/api/v1/rules").await.status, StatusCode::UNAUTHORIZED);
}
