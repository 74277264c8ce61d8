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

/// Every address of staff, written down a second time: what the console asks for
/// must not be changed by accident, and a new page is thought about twice.
const MAY_OPEN: &[(&str, Right)] = &[
    // Whoever is logged in
    ("/console", Right::Enter),
    ("/console/try", Right::Enter),
    ("/console/more", Right::Enter),
    ("/console/keys", Right::Enter),
    ("/console/publish", Right::Enter),
    ("/console/publish/versions/{id}", Right::Enter),
    ("/console/publish/waiting/{id}", Right::Enter),
    ("/console/logout", Right::Enter),
    ("/console/account", Right::Enter),
    ("/console/account/password", Right::Enter),
    ("/console/account/sessions/end", Right::Enter),
    ("/console/account/codes", Right::Enter),
    ("/console/account/codes/off", Right::Enter),
    ("/console/rules", Right::Enter),
    ("/console/rules/{id}", Right::Enter),
    ("/console/courses", Right::Enter),
    ("/console/contacts", Right::Enter),
    ("/console/articles", Right::Enter),
    ("/console/forms", Right::Enter),
    ("/console/forms/{id}", Right::Enter),
    ("/console/settings", Right::Enter),
    ("/console/todo", Right::Enter),
    ("/console/problems", Right::Enter),
    ("/console/import", Right::Enter),
    ("/console/import/{id}/export", Right::Enter),
    ("/console/leads", Right::Enter),
    ("/console/leads/{id}", Right::Enter),
    ("/console/misses", Right::Enter),
    ("/console/data", Right::Enter),
    ("/console/data/messages", Right::Enter),
    ("/console/data/export", Right::Enter),
    // Who changes what is answered
    ("/console/publish/now", Right::Edit),
    ("/console/publish/undo", Right::Edit),
    ("/console/publish/keep", Right::Edit),
    ("/console/publish/discard", Right::Edit),
    ("/console/publish/versions/{id}/restore", Right::Edit),
    ("/console/publish/versions/{id}/draft", Right::Edit),
    ("/console/publish/waiting/{id}/approve", Right::Edit),
    ("/console/publish/waiting/{id}/withdraw", Right::Edit),
    ("/console/rules/new", Right::Edit),
    ("/console/rules/preview", Right::Edit),
    ("/console/rules/{id}/save", Right::Edit),
    ("/console/rules/{id}/publish", Right::Edit),
    ("/console/rules/{id}/switch", Right::Edit),
    ("/console/rules/{id}/undo", Right::Edit),
    ("/console/rules/{id}/delete", Right::Edit),
    ("/console/courses/new", Right::Edit),
    ("/console/courses/{id}", Right::Edit),
    ("/console/courses/{id}/remove", Right::Edit),
    ("/console/contacts/new", Right::Edit),
    ("/console/contacts/{id}", Right::Edit),
    ("/console/contacts/{id}/remove", Right::Edit),
    ("/console/articles/new", Right::Edit),
    ("/console/articles/{id}", Right::Edit),
    ("/console/articles/{id}/remove", Right::Edit),
    ("/console/forms/{id}/words", Right::Edit),
    ("/console/forms/new", Right::Edit),
    ("/console/files", Right::Edit),
    ("/console/files/text", Right::Edit),
    ("/console/forms/{id}/steps", Right::Edit),
    ("/console/forms/{id}/steps/{name}", Right::Edit),
    ("/console/forms/{id}/steps/{name}/move", Right::Edit),
    ("/console/forms/{id}/steps/{name}/remove", Right::Edit),
    ("/console/settings/{id}", Right::Edit),
    ("/console/import/table", Right::Edit),
    ("/console/misses/add", Right::Edit),
    ("/console/misses/ignore", Right::Edit),
    ("/console/misses/reopen", Right::Edit),
    // Who works with customers
    ("/console/chats", Right::Serve),
    ("/console/chats/{id}", Right::Serve),
    ("/console/chats/{id}/why/{key}", Right::Serve),
    ("/console/chats/{id}/reveal/{key}", Right::Serve),
    ("/console/chats/{id}/take", Right::Serve),
    ("/console/chats/{id}/release", Right::Serve),
    ("/console/chats/{id}/end", Right::Serve),
    ("/console/chats/{id}/hold", Right::Serve),
    ("/console/chats/{id}/hand-back", Right::Serve),
    ("/console/chats/{id}/draft", Right::Serve),
    ("/console/chats/{id}/replying", Right::Serve),
    ("/console/chats/{id}/words", Right::Serve),
    ("/console/chats/{id}/words/back", Right::Serve),
    ("/console/chats/{id}/note", Right::Serve),
    ("/console/phrases", Right::Serve),
    ("/console/phrases/save", Right::Serve),
    ("/console/phrases/{id}/delete", Right::Serve),
    ("/console/leads/export", Right::Serve),
    ("/console/leads/{id}/follow", Right::Serve),
    ("/console/leads/{id}/reveal", Right::Serve),
    // Who administers
    ("/console/accounts", Right::Administer),
    ("/console/accounts/new", Right::Administer),
    ("/console/accounts/{id}", Right::Administer),
    ("/console/accounts/{id}/news", Right::Administer),
    ("/console/accounts/{id}/edit", Right::Administer),
    ("/console/accounts/{id}/secrets", Right::Administer),
    ("/console/accounts/{id}/remove", Right::Administer),
    ("/console/members", Right::Administer),
    ("/console/members/{id}", Right::Administer),
    ("/console/members/{id}/disable", Right::Administer),
    ("/console/members/{id}/enable", Right::Administer),
    ("/console/members/{id}/reset", Right::Administer),
    ("/console/members/invitations/withdraw", Right::Administer),
    ("/console/log", Right::Administer),
    ("/console/log/export", Right::Administer),
    ("/console/tokens", Right::Administer),
    ("/console/tokens/{id}/revoke", Right::Administer),
    ("/console/chats/{id}/export", Right::Administer),
    ("/console/chats/{id}/delete", Right::Administer),
    ("/console/leads/{id}/delete", Right::Administer),
];

#[test]
fn every_address_asks_for_the_right_that_is_written_down_here() {
    let mut asked: Vec<(&str, Right)> = addresses()
        .into_iter()
        .filter_map(|(path, gate)| match gate {
            Gate::Staff(right) => Some((path, right)),
            Gate::Anyone | Gate::ThisMachine => None,
        })
        .filter(|(path, _)| *path != "/console/style")
        .collect();
    let mut written = MAY_OPEN.to_vec();
    asked.sort_by_key(|(path, _)| *path);
    written.sort_by_key(|(path, _)| *path);

    assert_eq!(asked, written);
}

#[test]
fn who_is_nobody_opens_the_ways_in_and_nothing_else() {
    let open: Vec<(&str, Gate)> =
        addresses().into_iter().filter(|(_, gate)| !matches!(gate, Gate::Staff(_))).collect();

    let expected = [
        ("/setup", Gate::ThisMachine),
        ("/try", Gate::ThisMachine),
        ("/join", Gate::Anyone),
        ("/login", Gate::Anyone),
        ("/preferences", Gate::Anyone),
        ("/console/assets/{name}", Gate::Anyone),
    ];
    assert_eq!(open, expected);
}

#[tokio::test]
async fn every_role_opens_what_it_may_and_nothing_else() {
    let yingda = Yingda::start().await;

    for (role, rights) in MAY {
        let browser = Browser::with_role(&yingda, *role).await;
        for (path, right) in MAY_OPEN.iter().copied() {
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
