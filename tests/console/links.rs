//! What a member is shown leads where they may go: every link and every form of
//! every page that can be reached, role by role.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use yingda::console::{Gate, addresses};
use yingda::model::{Right, Role};
use yingda::publishing::Draft;

use super::publish::id_of;
use crate::support::browser::{Browser, Page};
use crate::support::html::elements_of;
use crate::support::said::{commit, form, leaves, missed, said};
use crate::support::service::{Setup, Yingda};

/// Something to mend in every kind of file, and something to fill in.
const FILES: &[(&str, &str)] = &[
    (
        "rules/vow.md",
        "+++\nid = \"vow\"\nname = \"发团\"\ntriggers = [\"发团\"]\n+++\n全国最好，随时发团。\n",
    ),
    ("rules/faq.csv", "id,name,contains,reply\nwifi,网,wifi,全国最好的网。\npark,车,停车,〔待填写：车位〕\n"),
    ("courses.csv", "id,name,price_text,valid_until\nc01,旧课,,2025-01-01\nc02,新课,〔待填写：费用〕,\n"),
    ("articles/one.md", "+++\ntitle = \"文章\"\nvalid_until = 2025-01-01\n+++\n〔待填写：正文〕\n"),
    (
        "rules/read.md",
        "+++\nid = \"read\"\nname = \"读\"\nkind = \"courses\"\ntriggers = [\"课\"]\n+++\n有：\n",
    ),
    ("tests/a.chat", "用户: 多少钱\n应答: 含\"顾问\"\n"),
];

struct Walk {
    role: Role,
    browser: Browser,
    seen: BTreeSet<String>,
    waiting: Vec<String>,
}

async fn seeded() -> Yingda {
    let mut setup = Setup::default();
    setup.files.extend(FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let yingda = Yingda::start_with(setup).await;
    let (store, now) = (&yingda.app.store, yingda.now());
    commit(store, missed("o1", now, "停机坪")).await;
    commit(store, said("o1", now, "多少钱")).await;
    commit(store, leaves("o1", now, form("261123-01", "某单位", "13800000000"))).await;
    let admin = Browser::admin(&yingda).await;
    let mut draft = Draft::open(store, &id_of(&yingda, Role::Admin).await).await.expect("it opens");
    let rule = "+++\nid = \"late\"\nname = \"晚\"\ntriggers = [\"晚些来\"]\n+++\n晚些。\n";
    draft.write(store, "rules/late.md", rule.into(), None, now).await.expect("written");
    admin.get("/console/publish").await;
    let fields = [("reason", "以后"), ("due", "2026-11-30T10:00")];
    assert_eq!(admin.post("/console/publish/now", &fields).await.location(), "/console/publish");
    yingda
}

impl Walk {
    async fn over(yingda: &Yingda, role: Role) -> BTreeSet<String> {
        let browser = Browser::with_role(yingda, role).await;
        let (seen, waiting) = (BTreeSet::new(), vec!["/console".to_owned()]);
        let mut walk = Self { role, browser, seen, waiting };
        while let Some(address) = walk.waiting.pop() {
            if walk.seen.insert(address.clone()) {
                walk.visit(&address).await;
            }
        }
        walk.seen
    }

    async fn visit(&mut self, address: &str) {
        self.may_open("/console", address);
        if address.ends_with("/export") || address.contains("/export?") || address.contains("/assets/") {
            return;
        }
        let page = self.browser.get(address).await;
        assert!(!page.status.is_client_error(), "{:?} is led to {address}: {}", self.role, page.status);
        self.collect(address, &page);
    }

    fn collect(&mut self, here: &str, page: &Page) {
        for (_, attributes) in elements_of(page) {
            for (name, value) in attributes {
                let address = value.split('#').next().unwrap_or_default().to_owned();
                match name.as_str() {
                    "href" if address.starts_with("/console") => self.waiting.push(address),
                    "action" | "formaction" => self.may_open(here, &address),
                    _ => {}
                }
            }
        }
    }

    /// By the gate of the address alone: a form is not sent.
    fn may_open(&self, here: &str, address: &str) {
        let path = address.split('?').next().unwrap_or_default();
        let gates = addresses().into_iter().filter(|(template, _)| is_of(template, path));
        // The address that is written out is the one that answers.
        let gate = gates.min_by_key(|(template, _)| template.matches('{').count());
        if let Some((_, Gate::Staff(right))) = gate {
            assert!(
                self.role.may(right),
                "{:?} is shown {address} on {here}, which asks for {right:?}",
                self.role
            );
        }
    }
}

fn is_of(template: &str, path: &str) -> bool {
    let parts = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (parts(template), parts(path));
    template.len() == path.len()
        && template.iter().zip(&path).all(|(part, own)| part.starts_with('{') || part == own)
}

async fn no_link_is_refused(yingda: &Yingda, when: &str) {
    for role in [Role::Viewer, Role::Reception, Role::Editor] {
        let seen = Walk::over(yingda, role).await;
        let main =
            ["/console/todo", "/console/problems?kind=warning", "/console/rules/park", "/console/publish"];
        for address in main {
            assert!(seen.contains(address), "{when}: {role:?} does not find {address}: {seen:?}");
        }
        let texts = seen.iter().any(|address| address.starts_with("/console/files/text"));
        assert_eq!(texts, role.may(Right::Edit), "{when}: {role:?} {seen:?}");
    }
}

#[tokio::test]
async fn nothing_that_a_member_is_shown_leads_to_a_refusal() {
    let yingda = seeded().await;

    no_link_is_refused(&yingda, "all is live").await;
}

#[tokio::test]
async fn nor_does_it_while_the_folder_holds_what_cannot_go_live() {
    let mut yingda = seeded().await;
    let price = yingda.folder.path().join("responses/rules/price.md");
    std::fs::write(price, "+++\nid = \"price\"\n").expect("writable");
    let admin = Browser::named_admin(&yingda, "李").await;
    // The press looks at the folder with the next version.
    admin.get("/console/rules/price").await;
    admin.post("/console/rules/park/switch", &[("to", "off")]).await;
    yingda.app.press.catch_up().await;
    admin.get("/console/problems?kind=error").await.shows("rules/price.md");
    assert_eq!(admin.get("/console/problems").await.status, StatusCode::OK);

    no_link_is_refused(&yingda, "the folder is stale").await;
}
