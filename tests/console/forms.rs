//! What another site, or a stale page, makes a browser send changes nothing.

use axum::http::StatusCode;
use yingda::console::{Gate, addresses};

use crate::support::browser::Browser;
use crate::support::service::Yingda;

fn concrete(path: &str) -> String {
    path.replace("{id}", "nobody").replace("{name}", "nothing")
}

#[tokio::test]
async fn no_form_counts_that_another_site_sent() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let home = browser.get("/console/account").await;
    let token = crate::support::browser::value_of(&home.body, "_token").expect("a token");

    for (path, _) in addresses() {
        for (name, headers) in [
            ("cross-site", vec![("sec-fetch-site", "cross-site")]),
            ("a sister domain", vec![("sec-fetch-site", "same-site")]),
            ("another origin", vec![("origin", "https://evil.example")]),
            ("nothing said", vec![]),
        ] {
            let answer = browser.post_raw(&concrete(path), &[("_token", &token)], &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {path}");
        }
    }
    assert_eq!(browser.get("/console").await.status, StatusCode::OK, "still logged in");
}

#[tokio::test]
async fn no_form_of_staff_counts_without_the_sessions_token() {
    let yingda = Yingda::start().await;
    let (browser, other) = (Browser::admin(&yingda).await, Browser::admin(&yingda));
    drop(other);
    let ours = [("sec-fetch-site", "same-origin")];

    for (path, gate) in addresses() {
        if !matches!(gate, Gate::Staff(_)) {
            continue;
        }
        for token in ["", "wrong", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let answer = browser.post_raw(&concrete(path), &[("_token", token)], &ours).await;
            let refused = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED);
            assert!(refused, "{path} with the token {token:?}: {}", answer.status);
        }
    }
    assert_eq!(browser.get("/console").await.status, StatusCode::OK, "still logged in");
}

#[tokio::test]
async fn a_forms_answer_is_never_an_address_elsewhere() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    for back in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let answer = browser.post("/preferences", &[("theme", "dark"), ("back", back)]).await;
        assert_eq!(answer.location(), "/console", "{back}");
    }
}
