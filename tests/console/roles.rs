//! Every address and every role: who may open what.

use axum::http::StatusCode;
use yingda::console::{Gate, addresses};
use yingda::model::{Right, Role};

use crate::support::browser::Browser;
use crate::support::service::Yingda;

fn concrete(path: &str) -> String {
    path.replace("{id}", "nobody").replace("{name}", "nothing").replace("{key}", "nothing")
}

/// The promise, in words; the code must agree.
const MAY: &[(Role, &[Right])] = &[
    (Role::Admin, &[Right::Enter, Right::Edit, Right::Serve, Right::Administer]),
    (Role::Editor, &[Right::Enter, Right::Edit]),
    (Role::Reception, &[Right::Enter, Right::Serve]),
    (Role::Viewer, &[Right::Enter]),
];

#[tokio::test]
async fn every_role_opens_what_it_may_and_nothing_else() {
    let yingda = Yingda::start().await;

    for (role, rights) in MAY {
        let browser = Browser::with_role(&yingda, *role).await;
        for (path, gate) in addresses() {
            let Gate::Staff(right) = gate else { continue };
            if path == "/console/logout" {
                continue;
            }
            let address = concrete(path);
            let (shown, sent) = (browser.get(&address).await, browser.post(&address, &[]).await);

            let may = rights.contains(&right);
            for answer in [&shown, &sent] {
                if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                    continue;
                }
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !may, "{role:?} {path}: {}", answer.status);
            }
            if !may && shown.status != StatusCode::METHOD_NOT_ALLOWED {
                shown.shows("您没有这个权限");
                shown.shows(role.title());
            }
            browser.get("/console/account").await;
        }
    }
}

#[tokio::test]
async fn nobody_opens_a_page_of_staff_without_logging_in() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let stranger = Browser::stranger(&yingda.app.routes);

    for (path, gate) in addresses() {
        let Gate::Staff(_) = gate else { continue };
        let address = concrete(path);
        let shown = stranger.get(&address).await;
        let sent = stranger.post(&address, &[]).await;

        let is_sent_away = shown.location().starts_with("/login?next=");
        assert!(is_sent_away || shown.status == StatusCode::METHOD_NOT_ALLOWED, "{path}: {shown:?}");
        let is_refused = matches!(sent.status, StatusCode::UNAUTHORIZED | StatusCode::METHOD_NOT_ALLOWED);
        assert!(is_refused, "{path}: {sent:?}");
    }
}

#[tokio::test]
async fn what_is_only_for_this_machine_does_not_exist_elsewhere() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;

    for (path, gate) in addresses() {
        if gate != Gate::ThisMachine {
            continue;
        }
        for browser in [
            Browser::stranger(&yingda.app.routes).from("203.0.113.7"),
            Browser::stranger(&yingda.app.routes).with_header("host", "evil.example"),
            Browser::stranger(&yingda.app.routes).with_header("forwarded", "for=127.0.0.1"),
        ] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(browser.post(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
