//! The table of contents: every address, who may open it, and what answers.

use axum::routing::{get, post};

use super::catalog::{articles, contacts, courses, forms, settings, text, todo};
use super::page::{Page, here_only, open, page};
#[cfg(debug_assertions)]
use super::style;
use super::visit::UPLOADS;
use super::{
    account, assets, chat, chats, connect, data, exchange, home, join, keys, lead, leads, log, login,
    members, misses, more, phrases, preferences, problems, publish, rehearse, rules, second_factor, setup,
    tokens,
};
use crate::model::Right;

pub(super) fn pages() -> Vec<Page> {
    let mut pages = first_pages();
    pages.extend(pages_of_oneself());
    pages.extend(pages_of_rules());
    pages.extend(pages_about_people());
    pages.extend(pages_of_content());
    pages.extend(publishing_pages());
    #[cfg(debug_assertions)]
    pages.push(page("/console/style", Right::Enter, get(style::show)));
    pages
}

fn first_pages() -> Vec<Page> {
    vec![
        // For anyone
        here_only("/setup", get(setup::show).post(setup::take)),
        here_only("/try", get(rehearse::show_here).post(rehearse::say_here)),
        open("/join", get(join::show).post(join::take)),
        open("/login", get(login::show).post(login::take)),
        open("/preferences", post(preferences::set)),
        open("/console/assets/{name}", get(assets::serve)),
        // Work
        page("/console", Right::Enter, get(home::show)),
        page("/console/try", Right::Enter, get(rehearse::show).post(rehearse::say)),
        page("/console/more", Right::Enter, get(more::show)),
        page("/console/keys", Right::Enter, get(keys::show)),
        // Administration
        page("/console/accounts", Right::Administer, get(connect::list)),
        page("/console/accounts/new", Right::Administer, get(connect::ask).post(connect::make)),
        page("/console/accounts/{id}", Right::Administer, get(connect::show)),
        page("/console/accounts/{id}/news", Right::Administer, get(connect::news)),
        page("/console/accounts/{id}/edit", Right::Administer, get(connect::edit).post(connect::save)),
        page(
            "/console/accounts/{id}/secrets",
            Right::Administer,
            get(connect::ask_renew).post(connect::renew),
        ),
        page(
            "/console/accounts/{id}/remove",
            Right::Administer,
            get(connect::ask_remove).post(connect::remove),
        ),
        page("/console/members", Right::Administer, get(members::show).post(members::invite)),
        page("/console/members/{id}", Right::Administer, get(members::one).post(members::change_role)),
        page(
            "/console/members/{id}/disable",
            Right::Administer,
            get(members::ask_disable).post(members::disable),
        ),
        page("/console/members/{id}/enable", Right::Administer, post(members::enable)),
        page("/console/members/{id}/reset", Right::Administer, post(members::make_reset_link)),
        page("/console/members/invitations/withdraw", Right::Administer, post(members::withdraw)),
        page("/console/log", Right::Administer, get(log::show)),
        page("/console/log/export", Right::Administer, get(log::export)),
        page("/console/tokens", Right::Administer, get(tokens::show).post(tokens::make)),
        page("/console/tokens/{id}/revoke", Right::Administer, get(tokens::ask_revoke).post(tokens::revoke)),
    ]
}

fn publishing_pages() -> Vec<Page> {
    vec![
        page("/console/publish", Right::Enter, get(publish::show)),
        page("/console/publish/now", Right::Edit, post(publish::publish)),
        page("/console/publish/undo", Right::Edit, post(publish::undo)),
        page("/console/publish/keep", Right::Edit, post(publish::keep)),
        page("/console/publish/discard", Right::Edit, get(publish::ask_discard).post(publish::discard)),
        page("/console/publish/versions/{id}", Right::Enter, get(publish::show_version)),
        page(
            "/console/publish/versions/{id}/restore",
            Right::Edit,
            get(publish::ask_restore).post(publish::restore),
        ),
        page("/console/publish/versions/{id}/draft", Right::Edit, post(publish::to_draft)),
        page("/console/publish/waiting/{id}", Right::Enter, get(publish::show_waiting)),
        page("/console/publish/waiting/{id}/approve", Right::Edit, post(publish::approve)),
        page("/console/publish/waiting/{id}/withdraw", Right::Edit, post(publish::withdraw)),
    ]
}

/// Whoever is logged in, and their own account.
fn pages_of_oneself() -> Vec<Page> {
    vec![
        page("/console/logout", Right::Enter, post(account::log_out)),
        page("/console/account", Right::Enter, get(account::show)),
        page("/console/account/password", Right::Enter, post(account::change_password)),
        page("/console/account/sessions/end", Right::Enter, post(account::end_session)),
        page("/console/account/codes", Right::Enter, get(second_factor::show).post(second_factor::turn_on)),
        page(
            "/console/account/codes/off",
            Right::Enter,
            get(second_factor::ask_off).post(second_factor::turn_off),
        ),
    ]
}

/// What is answered, rule by rule.
fn pages_of_rules() -> Vec<Page> {
    vec![
        page("/console/rules", Right::Enter, get(rules::show)),
        page("/console/rules/new", Right::Edit, get(rules::show_new).post(rules::make)),
        page("/console/rules/preview", Right::Edit, post(rules::preview)),
        page("/console/rules/{id}", Right::Enter, get(rules::show_one)),
        page("/console/rules/{id}/save", Right::Edit, post(rules::take)),
        page("/console/rules/{id}/publish", Right::Edit, post(rules::publish)),
        page("/console/rules/{id}/switch", Right::Edit, post(rules::switch)),
        page("/console/rules/{id}/undo", Right::Edit, post(rules::undo)),
        page("/console/rules/{id}/delete", Right::Edit, get(rules::ask_delete).post(rules::delete)),
    ]
}

/// What replies share, and how tables of it come in and go out.
fn pages_of_content() -> Vec<Page> {
    vec![
        page("/console/courses", Right::Enter, get(courses::show)),
        page("/console/courses/new", Right::Edit, get(courses::new).post(courses::add)),
        page("/console/courses/{id}", Right::Edit, get(courses::one).post(courses::change)),
        page("/console/courses/{id}/remove", Right::Edit, get(courses::ask_removal).post(courses::remove)),
        page("/console/contacts", Right::Enter, get(contacts::show)),
        page("/console/contacts/new", Right::Edit, get(contacts::new).post(contacts::add)),
        page("/console/contacts/{id}", Right::Edit, get(contacts::one).post(contacts::change)),
        page("/console/contacts/{id}/remove", Right::Edit, get(contacts::ask_removal).post(contacts::remove)),
        page("/console/articles", Right::Enter, get(articles::show)),
        page("/console/articles/new", Right::Edit, get(articles::new).post(articles::add)),
        page("/console/articles/{id}", Right::Edit, get(articles::one).post(articles::change)),
        page("/console/articles/{id}/remove", Right::Edit, get(articles::ask_removal).post(articles::remove)),
        page("/console/forms", Right::Enter, get(forms::show)),
        page("/console/forms/new", Right::Edit, get(forms::new).post(forms::make)),
        page("/console/forms/{id}", Right::Enter, get(forms::one)),
        page("/console/forms/{id}/words", Right::Edit, get(forms::wording).post(forms::change_wording)),
        page("/console/forms/{id}/steps", Right::Edit, get(forms::new_step).post(forms::add_step)),
        page("/console/forms/{id}/steps/{name}", Right::Edit, get(forms::step).post(forms::change_step)),
        page("/console/forms/{id}/steps/{name}/move", Right::Edit, post(forms::move_step)),
        page(
            "/console/forms/{id}/steps/{name}/remove",
            Right::Edit,
            get(forms::ask_step_removal).post(forms::remove_step),
        ),
        page("/console/settings", Right::Enter, get(settings::show)),
        page("/console/settings/{id}", Right::Edit, get(settings::one).post(settings::change)),
        page("/console/todo", Right::Enter, get(todo::show)),
        page("/console/problems", Right::Enter, get(problems::show)),
        page("/console/files", Right::Edit, get(text::list)),
        page("/console/files/text", Right::Edit, get(text::show).post(text::take)),
        page("/console/import", Right::Enter, get(exchange::show)),
        page(UPLOADS, Right::Edit, post(exchange::take)),
        page("/console/import/{id}/export", Right::Enter, get(exchange::export_table)),
    ]
}

/// Whoever writes to us, and what they asked. Who does not work with customers
/// sees what is asked and what is wanted, and not by whom: as in the API.
fn pages_about_people() -> Vec<Page> {
    vec![
        page("/console/chats", Right::Serve, get(chats::show)),
        page("/console/chats/{id}", Right::Serve, get(chat::show)),
        page("/console/chats/{id}/why/{key}", Right::Serve, get(chat::explain)),
        page("/console/chats/{id}/reveal/{key}", Right::Serve, post(chat::reveal)),
        page("/console/chats/{id}/take", Right::Serve, post(chat::take)),
        page("/console/chats/{id}/release", Right::Serve, post(chat::release)),
        page("/console/chats/{id}/end", Right::Serve, post(chat::end)),
        page("/console/chats/{id}/hold", Right::Serve, post(chat::hold)),
        page("/console/chats/{id}/hand-back", Right::Serve, post(chat::hand_back)),
        page("/console/chats/{id}/draft", Right::Serve, post(chat::save_draft)),
        page("/console/chats/{id}/replying", Right::Serve, get(chat::replying)),
        page("/console/chats/{id}/words", Right::Serve, post(chat::leave_words)),
        page("/console/chats/{id}/words/back", Right::Serve, post(chat::take_back_words)),
        page("/console/chats/{id}/note", Right::Serve, post(chat::add_note)),
        page("/console/chats/{id}/export", Right::Administer, get(chat::export)),
        page("/console/chats/{id}/delete", Right::Administer, get(chat::ask_delete).post(chat::delete)),
        page("/console/phrases", Right::Serve, get(phrases::show)),
        page("/console/phrases/save", Right::Serve, post(phrases::save)),
        page("/console/phrases/{id}/delete", Right::Serve, get(phrases::ask_delete).post(phrases::delete)),
        page("/console/leads", Right::Enter, get(leads::show)),
        page("/console/leads/export", Right::Serve, get(leads::export)),
        page("/console/leads/{id}", Right::Enter, get(lead::show)),
        page("/console/leads/{id}/follow", Right::Serve, post(lead::follow)),
        page("/console/leads/{id}/reveal", Right::Serve, post(lead::reveal)),
        page("/console/leads/{id}/delete", Right::Administer, get(lead::ask_delete).post(lead::delete)),
        page("/console/misses", Right::Enter, get(misses::show)),
        page("/console/misses/add", Right::Edit, get(misses::add)),
        page("/console/misses/ignore", Right::Edit, post(misses::ignore)),
        page("/console/misses/reopen", Right::Edit, post(misses::reopen)),
        page("/console/data", Right::Enter, get(data::show)),
        page("/console/data/messages", Right::Enter, get(data::messages)),
        page("/console/data/export", Right::Enter, get(data::export)),
    ]
}
