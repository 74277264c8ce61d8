//! Changing an account that was made here: what it is, its token and key, and
//! taking it away.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::find_made;
use super::typed::{Fields, Typed, humans, modes};
use crate::accounts::{Outcome, PREVIOUS_FOR};
use crate::console::catalog::Shelf;
use crate::console::confirm::Confirm;
use crate::console::failure::PageError;
use crate::console::form::Choice;
use crate::console::frame::{Frame, show as show_page, show_again};
use crate::console::visit::{Sent, Visit};
use crate::console::words::Sentence;
use crate::store::{OperationKind, Revision, StoredAccount};

#[derive(Template)]
#[template(path = "console/pages/account_edit.html")]
struct EditPage {
    frame: Frame,
    id: String,
    name: String,
    fields: Fields,
    modes: Vec<Choice>,
    humans: Vec<Choice>,
    revision: Revision,
    problem: Option<Sentence<'static>>,
}

#[derive(Template)]
#[template(path = "console/pages/account_renew.html")]
struct RenewPage {
    frame: Frame,
    id: String,
    name: String,
    fields: Fields,
    hours: i64,
    revision: Revision,
    problem: Option<Sentence<'static>>,
}

pub(in crate::console) async fn edit(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    show_page(&EditPage::of(&visit, &account, Typed::of(&account).fields()))
}

pub(in crate::console) async fn save(
    visit: Visit,
    Path(id): Path<String>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    // The id is part of an address that WeChat knows.
    let typed = Typed { id: account.id.to_string(), token: String::new(), aes_key: String::new(), ..typed };
    let new = match typed.read(visit.caller.t) {
        Ok(new) => new,
        Err(fields) => return show_again(&EditPage::of(&visit, &account, *fields)),
    };
    let changed = StoredAccount {
        name: new.name,
        human: new.human,
        encryption: new.encryption,
        original_id: new.original_id,
        app_id: new.app_id,
        ..typed.seen(&account)
    };
    let operation = visit.does(OperationKind::AccountChanged, account.id.as_str());
    let operation = operation.before(summary(&account)).after(summary(&changed));
    match visit.console.accounts.change(&changed, &operation).await? {
        Outcome::Done => Ok(visit.done(&address(&account), "accounts.was_changed")),
        Outcome::Taken | Outcome::Clash => {
            let now = find_made(&visit, &id).await?;
            let mut page = EditPage::of(&visit, &now, typed.fields());
            page.problem = Some(clash(&visit, &now));
            show_again(&page)
        }
    }
}

pub(in crate::console) async fn ask_renew(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    show_page(&RenewPage::of(&visit, &account, Typed::default().fields()))
}

pub(in crate::console) async fn renew(
    visit: Visit,
    Path(id): Path<String>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    let mut fields = typed.fields();
    let Some(pair) = typed.read_secrets(visit.caller.t, &mut fields) else {
        return show_again(&RenewPage::of(&visit, &account, fields));
    };
    let operation = visit.does(OperationKind::AccountSecretsChanged, account.id.as_str());
    match visit.console.accounts.renew(&typed.seen(&account), pair, &operation).await? {
        Outcome::Done => Ok(visit.done(&address(&account), "accounts.was_renewed")),
        Outcome::Taken | Outcome::Clash => {
            let now = find_made(&visit, &id).await?;
            let mut page = RenewPage::of(&visit, &now, fields);
            page.problem = Some(clash(&visit, &now));
            show_again(&page)
        }
    }
}

pub(in crate::console) async fn ask_remove(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    let (here, action) = (address(&account), format!("{}/remove", address(&account)));
    let rules = rules_naming(&visit, &account).await?;
    let words = if rules.is_empty() { "accounts.remove" } else { "accounts.remove_named" };
    let page = Confirm::about(&visit, words, &account.name, &action, &here);
    show_page(&page.filled("rules", &rules.join("、")))
}

pub(in crate::console) async fn remove(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let account = find_made(&visit, &id).await?;
    let operation = visit.does(OperationKind::AccountRemoved, &account.name).before(account.id.as_str());
    visit.console.accounts.remove(&account.id, &operation).await?;
    Ok(visit.done("/console/accounts", "accounts.was_removed"))
}

/// Rules for this account alone, live or in this member's draft: without it they
/// are errors, and an error keeps everything from being published.
async fn rules_naming(visit: &Visit, account: &StoredAccount) -> Result<Vec<String>, PageError> {
    let draft = Shelf::of_draft(visit).await?;
    let live = visit.console.live.load();
    let rulebooks = [Some(&live.rulebook), draft.checked.rulebook.as_ref()];
    let rules = rulebooks.into_iter().flatten().flat_map(|rulebook| &rulebook.rules);
    let named = rules.filter(|rule| rule.accounts.contains(&account.id)).map(|rule| rule.name.to_string());
    let names: BTreeSet<String> = named.collect();
    Ok(names.into_iter().collect())
}

/// What was typed stays; saving once more is then done knowingly.
fn clash(visit: &Visit, now: &StoredAccount) -> Sentence<'static> {
    visit.caller.t.say("accounts.clash").owned().with("now", summary(now))
}

fn address(account: &StoredAccount) -> String {
    format!("/console/accounts/{}", account.id)
}

/// For the log. Never a secret.
fn summary(account: &StoredAccount) -> String {
    let StoredAccount { name, app_id, original_id, encryption, human, .. } = account;
    let parts = [
        name.as_str(),
        app_id.as_deref().unwrap_or("-"),
        original_id.as_deref().unwrap_or("-"),
        encryption.name(),
        human.as_str(),
    ];
    parts.join(" · ")
}

impl Typed {
    /// The account as it was when its form was shown. One that nobody can have
    /// seen is no match, and so is refused as changed.
    fn seen(&self, account: &StoredAccount) -> StoredAccount {
        let revision = Revision::parse(&self.revision).unwrap_or_else(Revision::fresh);
        StoredAccount { revision, ..account.clone() }
    }
}

impl EditPage {
    fn of(visit: &Visit, account: &StoredAccount, fields: Fields) -> Self {
        let t = visit.caller.t;
        Self {
            frame: visit.frame("accounts"),
            id: account.id.to_string(),
            name: account.name.clone(),
            fields,
            modes: modes(t),
            humans: humans(t),
            revision: account.revision,
            problem: None,
        }
    }
}

impl RenewPage {
    fn of(visit: &Visit, account: &StoredAccount, fields: Fields) -> Self {
        Self {
            frame: visit.frame("accounts"),
            id: account.id.to_string(),
            name: account.name.clone(),
            fields,
            hours: PREVIOUS_FOR.as_hours(),
            revision: account.revision,
            problem: None,
        }
    }
}
