//! Scripts at work on leads: masked by role, written down, never overwriting.

use axum::http::StatusCode;
use serde_json::{Value, json};
use yingda::model::{Actor, LeadNumber, Role};
use yingda::store::What;

use super::document::seeded;
use crate::support::browser::Browser;
use crate::support::said::account;
use crate::support::script::Script;

const LEAD: &str = "/api/v1/leads/261123-01";

fn answer_of<'a>(lead: &'a Value, field: &str) -> &'a str {
    let answers = lead["answers"].as_array().expect("answers");
    let answer = answers.iter().find(|answer| answer["field"] == field).expect("it was asked");
    answer["value"].as_str().expect("a text")
}

#[tokio::test]
async fn a_lead_is_masked_until_somebody_who_may_reads_it_whole_and_that_is_written_down() {
    let yingda = seeded().await;
    let reception = Script::with_role(&yingda, Role::Reception).await.from("203.0.113.9");
    let viewer = Script::with_role(&yingda, Role::Viewer).await;

    let lead = reception.get(LEAD).await.json;
    assert_eq!((answer_of(&lead, "phone"), answer_of(&lead, "name")), ("138****0000", "王**"));
    assert_eq!(lead["customer"], "oCustomerOne");
    assert_eq!(viewer.get(LEAD).await.json["customer"], Value::Null);
    assert_eq!(viewer.post(&format!("{LEAD}/reveal")).await.status, StatusCode::FORBIDDEN);

    let whole = reception.post(&format!("{LEAD}/reveal")).await;

    assert_eq!(answer_of(&whole.json, "phone"), "13800000000");
    let number = LeadNumber::parse("261123-01").expect("a number");
    let trail = yingda.app.store.list_lead_trail(&account(), &number).await.expect("readable");
    let revealed = trail.iter().find(|entry| entry.what == What::Revealed).expect("it is written down");
    assert_eq!(revealed.by, Actor::Script("每周导出".to_owned()));
    let log = Browser::admin(&yingda).await.get("/console/log?kind=lead_reveal").await;
    log.shows("API 令牌「每周导出」");
    log.shows("261123-01");
    log.shows("203.0.113.9");
}

#[tokio::test]
async fn a_change_is_made_on_what_was_read_and_on_nothing_newer() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Reception).await;
    Browser::with_role(&yingda, Role::Reception).await;
    let owner = yingda.app.store.list_staff().await.expect("readable").remove(0).id.to_string();
    let revision = script.get(LEAD).await.json["revision"].clone();

    let change = json!({"revision": revision, "status": "contacted", "owner": owner, "due_on": "2026-12-01", "note": "下周再打"});
    let changed = script.patch(LEAD, &change).await;

    assert_eq!(changed.status, StatusCode::OK, "{}", changed.json);
    assert_eq!(
        (&changed.json["status"], &changed.json["due_on"]),
        (&json!("contacted"), &json!("2026-12-01"))
    );
    assert_eq!(changed.json["owner"], json!(owner));
    assert_eq!(script.patch(LEAD, &change).await.status, StatusCode::CONFLICT, "an older revision");

    let revision = changed.json["revision"].clone();
    let emptied = script.patch(LEAD, &json!({"revision": revision, "owner": null, "due_on": null})).await;
    assert_eq!((&emptied.json["owner"], &emptied.json["due_on"]), (&Value::Null, &Value::Null));
    assert_eq!(emptied.json["status"], "contacted", "what was not named stays");
}

#[tokio::test]
async fn a_change_that_cannot_be_meant_is_refused_with_its_reason() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Reception).await;

    for (case, body, said) in [
        ("nothing to change", json!({"revision": 0}), "没有写要改什么"),
        ("no revision", json!({"status": "held"}), "revision"),
        ("an unknown status", json!({"revision": 0, "status": "done"}), "done"),
        ("nobody's id", json!({"revision": 0, "owner": "nobody"}), "没有这位成员"),
        ("no day", json!({"revision": 0, "due_on": "soon"}), "请求体"),
        ("an empty note", json!({"revision": 0, "note": " "}), "note"),
        ("a long note", json!({"revision": 0, "note": "长".repeat(2001)}), "2001"),
        ("an unknown field", json!({"revision": 0, "phone": "1"}), "phone"),
    ] {
        let answer = script.patch(LEAD, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}");
        assert!(
            answer.json["detail"].as_str().expect("a sentence").contains(said),
            "{case}: {}",
            answer.json
        );
    }
    assert_eq!(script.get(LEAD).await.json["status"], "new", "nothing was changed");
}
