//! Every operation of the document, with and without a token, for every role;
//! every answer is as the document says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use yingda::api::rights;
use yingda::model::Role;

use super::validate::problems;
use crate::support::said::{account, commit, customer, form, leaves, missed, said, staff};
use crate::support::script::{Said, Script};
use crate::support::service::Yingda;

const DOCUMENT: &str = "/api/v1/openapi.json";
const NUMBER: &str = "261123-01";

/// An address of the document with what the seeded store holds.
fn concrete(path: &str) -> String {
    let path = path.replace("{id}", "price").replace("/versions/{number}", "/versions/1");
    path.replace("{number}", NUMBER).replace("{customer}", "oCustomerOne")
}

/// A store in which every operation has something to say.
pub async fn seeded() -> Yingda {
    let yingda = Yingda::start().await;
    seed(&yingda).await;
    yingda
}

pub async fn seed(yingda: &Yingda) {
    let (store, now) = (&yingda.app.store, yingda.now());
    commit(store, said("oCustomerOne", now, "多少钱")).await;
    commit(store, missed("oCustomerOne", now, "我的电话13812345678")).await;
    commit(store, leaves("oCustomerOne", now, form(NUMBER, "某县税务局", "13800000000"))).await;
    let (account, customer) = (account(), customer("oCustomerOne"));
    store.add_note(&account, &customer, "已经打过电话", &staff("li", now)).await.expect("writable");
}

struct Described {
    method: String,
    path: String,
    operation: Value,
}

async fn described(script: &Script) -> (Value, Vec<Described>) {
    let document = script.get(DOCUMENT).await.json;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            all.push(Described { method: method.clone(), path: path.clone(), operation: operation.clone() });
        }
    }
    (document, all)
}

fn body_for(described: &Described) -> Option<Value> {
    described.operation.get("requestBody").map(|_| json!({"revision": 0, "note": "打过电话"}))
}

async fn ask(script: &Script, described: &Described) -> Said {
    let (method, address) = (described.method.to_uppercase(), concrete(&described.path));
    script.send(&method, &address, body_for(described).as_ref()).await
}

/// The answer is one the document knows, with its content as described.
fn check_described(document: &Value, described: &Described, answer: &Said) {
    let name = format!("{} {} {}", described.method, described.path, answer.status);
    let response = &described.operation["responses"][answer.status.as_str()];
    let contents = response["content"].as_object().unwrap_or_else(|| panic!("{name} is not in the document"));
    let content = contents.get(answer.header("content-type"));
    let content =
        content.unwrap_or_else(|| panic!("{name}: {} is not described", answer.header("content-type")));
    let found = problems(document, &content["schema"], &answer.json);
    assert!(found.is_empty(), "{name}:\n{}\n{}", found.join("\n"), answer.json);
}

#[tokio::test]
async fn the_document_describes_every_operation_and_no_other() {
    let yingda = Yingda::start().await;

    let (_, described) = described(&Script::stranger(&yingda)).await;

    let described: BTreeSet<(String, String)> =
        described.into_iter().map(|one| (one.method, one.path)).collect();
    let served: BTreeSet<(String, String)> =
        rights().into_iter().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(described, served);
}

#[tokio::test]
async fn the_document_refers_to_nothing_that_is_missing() {
    let yingda = Yingda::start().await;
    let document = Script::stranger(&yingda).get(DOCUMENT).await.json;

    let text = document.to_string();
    let targets = text.split("\"$ref\":\"#").skip(1).filter_map(|after| after.split('"').next());
    let missing: BTreeSet<&str> = targets.filter(|target| document.pointer(target).is_none()).collect();

    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn every_answer_is_as_the_document_says() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Reception).await;
    let (document, described) = described(&script).await;

    for one in &described {
        let answer = ask(&script, one).await;
        assert_eq!(answer.status, StatusCode::OK, "{} {}: {}", one.method, one.path, answer.json);
        check_described(&document, one, &answer);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn without_a_token_that_counts_nothing_is_answered() {
    let yingda = seeded().await;
    let good = Script::with_role(&yingda, Role::Admin).await;
    let (document, described) = described(&good).await;
    let unknown = format!("Bearer yingda_{}", "A".repeat(43));
    let strangers = [
        ("none", Script::stranger(&yingda)),
        ("unknown", Script::with_token(&yingda, &unknown)),
        ("another scheme", Script::with_token(&yingda, "Basic YTpi")),
        ("nonsense", Script::with_token(&yingda, "Bearer")),
    ];

    for (name, stranger) in strangers {
        for one in &described {
            let answer = ask(&stranger, one).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}: {} {}", one.method, one.path);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            check_described(&document, one, &answer);
        }
    }
}

#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    let yingda = seeded().await;
    let script = Script::with_role(&yingda, Role::Admin).await;
    assert_eq!(script.get("/api/v1/rules").await.status, StatusCode::OK);

    let token = yingda.app.store.list_tokens().await.expect("readable").remove(0);
    let actor = yingda::store::Actor { staff: None, name: "管理员".to_owned(), ip: String::new() };
    let operation = actor.does(yingda::store::OperationKind::TokenRevoked, &token.name, yingda.now());
    yingda.app.store.revoke_token(&token.id, &operation).await.expect("works");

    assert_eq!(script.get("/api/v1/rules").await.status, StatusCode::UNAUTHORIZED);
}

/// Every operation with who may use it, written down a second time: what the API
/// asks for must not be changed by accident.
const MAY_USE: &[(&str, &str, &[Role])] = &[
    ("get", "/api/v1/accounts", &Role::ALL),
    ("get", "/api/v1/rules", &Role::ALL),
    ("get", "/api/v1/rules/{id}", &Role::ALL),
    ("get", "/api/v1/versions", &Role::ALL),
    ("get", "/api/v1/versions/{number}", &Role::ALL),
    ("get", "/api/v1/leads", &Role::ALL),
    ("get", "/api/v1/leads/{number}", &Role::ALL),
    ("patch", "/api/v1/leads/{number}", &[Role::Admin, Role::Reception]),
    ("post", "/api/v1/leads/{number}/reveal", &[Role::Admin, Role::Reception]),
    ("get", "/api/v1/messages", &Role::ALL),
    ("get", "/api/v1/customers/{customer}/timeline", &[Role::Admin, Role::Reception]),
    ("get", "/api/v1/statistics", &Role::ALL),
];

#[tokio::test]
async fn every_role_does_what_it_may_and_nothing_else() {
    for role in Role::ALL {
        let yingda = seeded().await;
        let script = Script::with_role(&yingda, role).await;
        let (document, described) = described(&script).await;
        for one in &described {
            let may = MAY_USE.iter().find(|(method, path, _)| *method == one.method && *path == one.path);
            let (_, _, may) = may.unwrap_or_else(|| panic!("who may {} {}?", one.method, one.path));

            let answer = ask(&script, one).await;

            let refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(
                refused,
                !may.contains(&role),
                "{role:?} {} {}: {}",
                one.method,
                one.path,
                answer.status
            );
            check_described(&document, one, &answer);
        }
    }
}

/// Everything of a page at a time, until there is no next.
async fn all_of(script: &Script, address: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = match &cursor {
            Some(cursor) => script.get(&format!("{address}&cursor={cursor}")).await,
            None => script.get(address).await,
        };
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.json);
        all.extend(page.json["items"].as_array().expect("items").clone());
        match page.json["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return all,
        }
        assert!(all.len() < 1000, "it ends");
    }
}

#[tokio::test]
async fn page_by_page_everything_comes_once() {
    let yingda = Yingda::start().await;
    let script = Script::with_role(&yingda, Role::Reception).await;
    for number in 1..=7 {
        let lead = form(&format!("261123-{number:02}"), "某县税务局", "13800000000");
        // Two of each moment.
        let at = yingda.now() - jiff::SignedDuration::from_secs(number / 2);
        commit(&yingda.app.store, leaves(&format!("oCustomer{number}"), at, lead)).await;
    }

    let numbers = |items: Vec<Value>| -> Vec<String> {
        items.iter().map(|lead| lead["number"].as_str().expect("a number").to_owned()).collect()
    };
    let whole = numbers(all_of(&script, "/api/v1/leads?limit=100").await);
    assert_eq!(whole.len(), 7);
    for limit in [1, 2, 3, 7] {
        let paged = numbers(all_of(&script, &format!("/api/v1/leads?limit={limit}")).await);
        assert_eq!(paged, whole, "{limit} a page");
    }

    let rules = all_of(&script, "/api/v1/rules?limit=1").await;
    assert_eq!(rules.len(), 3, "{rules:?}");
    assert_eq!(all_of(&script, "/api/v1/versions?limit=1").await.len(), 1);
    assert_eq!(all_of(&script, "/api/v1/messages?outcome=answer").await.len(), 7);
}
