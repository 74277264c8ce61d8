//! `/healthz` and `/readyz`: to whom they say what.

use axum::http::StatusCode;
use serde_json::json;
use yingda::rulebook::{Problem, Rulebook};
use yingda::site::Standing;
use yingda::store::RecentRefusal;

use super::visit::{Page, Served, instant};

#[tokio::test]
async fn a_running_process_says_ok() {
    let served = Served::sample().await;

    let page = served.get("/healthz").await;

    assert_eq!((page.status, page.body.as_str()), (StatusCode::OK, "ok"));
}

#[tokio::test]
async fn a_healthy_service_is_ready() {
    let served = Served::sample().await;

    let page = served.get_nearby("/readyz").await;

    assert_eq!(page.status, StatusCode::OK);
    let expected = json!({
        "status": "ready",
        "version": 7,
        "store": "ok",
        "rulebook": { "errors": 0, "warnings": 0, "problems": [] },
        "refusals": [],
    });
    assert_eq!(page.json(), expected);
}

#[tokio::test]
async fn a_refused_edit_is_stale_and_says_why_the_errors_first() {
    let served = Served::sample().await;
    let warnings = (0..30).map(|n| Problem::warning("long", format!("第 {n} 条太长。")));
    let error =
        Problem::error("no_id", "缺少 id。").remedy("请加一行 id。").in_file("rules/price.md").at_line(3);
    let problems: Vec<Problem> = warnings.chain([error]).collect();
    served.rulebook_is(Standing::Stale, &problems);

    let page = served.get_nearby("/readyz").await;

    assert_eq!(page.status, StatusCode::OK, "the version before still answers");
    let readiness = page.json();
    assert_eq!(readiness["status"], "stale");
    assert_eq!(readiness["rulebook"]["errors"], 1);
    assert_eq!(readiness["rulebook"]["warnings"], 30);
    let shown = readiness["rulebook"]["problems"].as_array().expect("a list");
    assert_eq!(shown.len(), 20);
    assert_eq!(shown[0]["file"], "rules/price.md");
    assert_eq!(shown[0]["line"], 3);
    assert_eq!(shown[0]["remedy"], "请加一行 id。");
}

#[tokio::test]
async fn refused_requests_of_the_last_day_are_told_with_their_remedy() {
    let served = Served::sample().await;
    for (code, last_at) in
        [("bad-signature", "2024-02-01T11:00:00+08:00"), ("old", "2024-01-31T11:59:59+08:00")]
    {
        let refusal = RecentRefusal {
            account: "main".into(),
            code: code.into(),
            reason: "签名不对，请核对 Token。".into(),
            times: 3,
            last_at: instant(last_at),
        };
        served.site.store.note_refusal(&refusal).await.expect("the store works");
    }

    let readiness = served.get_nearby("/readyz").await.json();

    let expected = json!([{
        "account": "main",
        "code": "bad-signature",
        "reason": "签名不对，请核对 Token。",
        "times": 3,
        "last_at": "2024-02-01T03:00:00Z",
    }]);
    assert_eq!(readiness["refusals"], expected);
}

#[tokio::test]
async fn a_stranger_learns_only_whether_we_answer() {
    let served = Served::sample().await;
    served.rulebook_is(Standing::Stale, &[Problem::error("no_id", "缺少 id。")]);

    let page = served.get("/readyz").await;

    let expected = json!({
        "status": "stale",
        "version": 7,
        "store": "ok",
        "rulebook": { "errors": 1, "warnings": 0 },
    });
    assert_eq!((page.status, page.json()), (StatusCode::OK, expected));
}

#[tokio::test]
async fn an_unreachable_store_is_told_while_answers_go_on() {
    let served = Served::sample().await;
    served.site.store.close().await;

    let page = served.get_nearby("/readyz").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.json()["store"], "unreachable");
    assert_eq!(page.json()["status"], "ready");
}

#[tokio::test]
async fn without_any_rule_there_is_nothing_to_answer_with() {
    let served = Served::of(Rulebook::default()).await;

    let page: Page = served.get("/readyz").await;

    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.json()["status"], "down");
}
