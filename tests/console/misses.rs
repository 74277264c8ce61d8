//! 未命中: grouped, counted by people, ignored and found again.

use std::time::Duration;

use axum::http::StatusCode;
use yingda::model::{AccountId, OutcomeKind, Role};
use yingda::store::{Closing, Record};

use super::publish::Desk;
use crate::support::browser::{Browser, Page, value_of};
use crate::support::said::{account, commit, missed, said, staff};
use crate::support::service::{Setup, Yingda};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn with_misses() -> Yingda {
    let yingda = Yingda::start().await;
    let at = yingda.now();
    for (who, text) in
        [("o1", "路费报销吗"), ("o2", "路费能报销吗"), ("o2", "路费报销吗？"), ("o3", "有没有篮球场")]
    {
        commit(&yingda.app.store, missed(who, at, text)).await;
    }
    yingda
}

fn groups(page: &Page) -> usize {
    page.body.matches("id=\"cluster-").count()
}

fn times_and_people(page: &Page, times: usize, people: usize) {
    page.shows(&format!("{times} 次，{people} 人"));
}

#[tokio::test]
async fn alike_questions_are_one_group_counted_by_people() {
    let yingda = with_misses().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let page = browser.get("/console/misses").await;

    assert_eq!(groups(&page), 2);
    times_and_people(&page, 3, 2);
    times_and_people(&page, 1, 1);
    let (most, least) = (page.body.find("路费"), page.body.find("篮球场"));
    assert!(most < least, "those of most people first");
    page.hides("忽略</button>");
    page.hides("/console/chats");
    let reception = Browser::with_role(&yingda, Role::Reception).await;
    reception.get("/console/misses").await.shows("href=\"/console/chats/o3\"");
}

#[tokio::test]
async fn a_group_is_ignored_as_it_was_seen_and_found_again() {
    let yingda = with_misses().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let page = browser.get("/console/misses").await;
    let fields = ["message", "until"].map(|name| value_of(&page.body, name).expect("the form has it"));
    yingda.waits(Duration::from_secs(5));
    commit(&yingda.app.store, missed("o9", yingda.now(), "路费报销吗")).await;
    let sent = [("message", fields[0].as_str()), ("until", fields[1].as_str())];
    assert_eq!(browser.post("/console/misses/ignore", &sent).await.location(), "/console/misses");

    let left = browser.get("/console/misses").await;
    left.shows("已忽略，可在");
    assert_eq!(groups(&left), 2);
    times_and_people(&left, 1, 1);
    let ignored = browser.get("/console/misses?list=ignored").await;
    times_and_people(&ignored, 3, 2);
    let message = value_of(&ignored.body, "message").expect("the form has it");
    let until = value_of(&ignored.body, "until").expect("the form has it");
    let sent = [("message", message.as_str()), ("until", until.as_str())];
    browser.post("/console/misses/reopen?list=ignored", &sent).await;
    browser.get("/console/misses?list=ignored").await.shows("没有忽略的问题");
    times_and_people(&browser.get("/console/misses").await, 4, 3);
}

#[tokio::test]
async fn what_is_older_or_answered_by_now_is_gone() {
    let yingda = with_misses().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;
    let answered = commit(&yingda.app.store, missed("o5", yingda.now(), "宿舍几点关门")).await;
    let rule = yingda::model::RuleId::parse("price").expect("an id");
    let how = Closing::Answered { rule, version: 2 };
    let by = staff("li", yingda.now());
    yingda.app.store.close_misses(&account(), &[answered], &how, &by).await.expect("closable");

    browser.get("/console/misses").await.hides("宿舍");
    yingda.waits(8 * DAY);
    browser.log_in("只读", crate::support::browser::PASSWORD).await;
    browser.get("/console/misses").await.shows("这周没有答不上的问题");
    assert_eq!(groups(&browser.get("/console/misses?days=30").await), 2);
}

#[tokio::test]
async fn options_that_nobody_tapped_were_a_poor_answer() {
    let yingda = Yingda::start().await;
    let record = said("o1", yingda.now(), "能不能便宜");
    commit(&yingda.app.store, Record { outcome: OutcomeKind::Choices, rule: None, ..record }).await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    yingda.waits(Duration::from_secs(11 * 60));

    browser.get("/console/misses").await.shows("这周没有答不上的问题");
    browser.get("/console/misses?list=grudging").await.shows("能不能便宜");
}

#[tokio::test]
async fn while_options_may_still_be_tapped_it_says_so() {
    let yingda = Yingda::start().await;
    let record = said("o1", yingda.now(), "能不能便宜");
    commit(&yingda.app.store, Record { outcome: OutcomeKind::Choices, rule: None, ..record }).await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let page = browser.get("/console/misses?list=grudging").await;

    page.shows("还有 1 个反问在等人点");
    page.hides("能不能便宜");
    yingda.waits(Duration::from_secs(11 * 60));
    browser.get("/console/misses?list=grudging").await.hides("在等人点");
}

#[tokio::test]
async fn whoever_was_asked_back_and_did_not_tap_counts_with_those_who_asked_alike() {
    let yingda = Yingda::start().await;
    let at = yingda.now();
    commit(&yingda.app.store, missed("o1", at, "篝火晚会有吗")).await;
    for (who, text) in [("o2", "有篝火晚会吗"), ("o3", "篝火晚会有吗"), ("o4", "能不能便宜")]
    {
        let record = Record { outcome: OutcomeKind::Choices, rule: None, ..said(who, at, text) };
        commit(&yingda.app.store, record).await;
    }
    yingda.waits(Duration::from_secs(11 * 60));
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let page = browser.get("/console/misses").await;

    assert_eq!(groups(&page), 1, "what was only asked back is listed elsewhere");
    times_and_people(&page, 3, 3);
    page.hides("能不能便宜");
}

#[tokio::test]
async fn what_a_published_rule_answers_is_marked_at_once() {
    let mut desk = Desk::open().await;
    let at = desk.yingda.now();
    for (who, text) in [("o1", "篝火晚会有吗"), ("o2", "有没有篮球场")] {
        commit(&desk.yingda.app.store, missed(who, at, text)).await;
    }
    let before = desk.editor.get("/console/misses").await;
    assert_eq!(groups(&before), 2);
    before.hides("已能回答");

    let rule = "+++\nid = \"fire\"\nname = \"篝火\"\ntriggers = [\"篝火\"]\n+++\n有篝火。\n";
    desk.writes("rules/fire.md", rule).await;
    desk.editor.post("/console/publish/now", &[("reason", "篝火")]).await;
    desk.takes_live().await;

    let page = desk.editor.get("/console/misses").await;
    assert_eq!(groups(&page), 1, "{}", page.body);
    page.shows("<span class=\"badge success\">已能回答</span> <a href=\"/console/rules/fire\">篝火</a>");
    page.hides("rules/new?questions=%E7%AF%9D");
}

#[tokio::test]
async fn insults_digits_and_keys_hit_at_random_are_no_rules_to_make() {
    let yingda = Yingda::start().await;
    for (who, text) in [("o1", "傻逼"), ("o2", "4"), ("o3", "asdf"), ("o4", "138001"), ("o5", "有没有篮球场")]
    {
        commit(&yingda.app.store, missed(who, yingda.now(), text)).await;
    }
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let page = browser.get("/console/misses").await;

    assert_eq!(groups(&page), 1, "{}", page.body);
    page.shows("不用做规则的 4 组");
    assert_eq!(page.body.matches("/console/rules/new?questions=").count(), 1);
}

#[tokio::test]
async fn a_question_goes_on_to_the_rule_that_was_chosen() {
    let yingda = with_misses().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let choose = browser.get("/console/misses/add?questions=%E8%B7%AF%E8%B4%B9").await;
    choose.shows("<option value=\"price\">费用</option>");
    let chosen = browser.get("/console/misses/add?questions=%E8%B7%AF%E8%B4%B9&rule=price").await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    assert_eq!(chosen.location(), "/console/rules/price?add=%E8%B7%AF%E8%B4%B9");
    browser.get(chosen.location()).await.shows("路费</textarea>");
    let page = browser.get("/console/misses").await;
    let make = page.body.split('"').find(|part| part.contains("/rules/new?")).expect("a link");
    browser.get(make).await.shows("路费报销吗");
}

/// What 未命中 hands over: questions that nobody answered, still to be saved.
const MAKE: &str = "/console/rules/new?questions=%E8%B7%AF%E8%B4%B9%E6%8A%A5%E9%94%80%E5%90%97";
const TRY: &str = "/console/rules/preview";

#[tokio::test]
async fn before_it_is_saved_a_rule_tells_what_it_gains_and_what_it_takes() {
    let yingda = with_misses().await;
    for who in ["o6", "o7"] {
        commit(&yingda.app.store, said(who, yingda.now(), "接站多少钱")).await;
    }
    yingda.waits(Duration::from_secs(5));
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let made = browser.get(MAKE).await;
    made.shows("最近 30 天的 6 条消息里");
    made.shows("<strong>能多答上 2 条</strong>");
    made.hides("会从「费用」改到这里");

    let fields = [("name", "路费"), ("questions", "路费报销吗"), ("equals", "接站多少钱"), ("do", "replay")];
    let reply = [("reply", "路费请自理。")];
    let tried = browser.post(TRY, &[&fields[..], &reply[..]].concat()).await;
    assert_eq!(tried.status, StatusCode::OK);
    tried.shows("<strong>能多答上 2 条</strong>");
    tried.shows("<strong>2 条会从「费用」改到这里</strong>");
    let pair = tried.body.split("<article class=\"pair\">").find(|pair| pair.contains("「接站多少钱」"));
    let pair = pair.expect("it is shown");
    let (old, new) = (pair.find("费用请问顾问。"), pair.find("路费请自理。"));
    assert!(old.is_some() && old < new, "{pair}");

    browser.get("/console").await.hides("处未发布");
    browser.get("/console/rules").await.hides("路费");
}

#[tokio::test]
async fn a_rule_that_is_added_to_tells_what_changes_for_it() {
    let yingda = with_misses().await;
    commit(&yingda.app.store, said("o6", yingda.now(), "多少钱")).await;
    yingda.waits(Duration::from_secs(5));
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let add = "/console/rules/price?add=%E8%B7%AF%E8%B4%B9%E6%8A%A5%E9%94%80%E5%90%97";

    browser.get(add).await.shows("<strong>能多答上 2 条</strong>");
    let untouched = browser.get("/console/rules/price").await;
    untouched.hides("<strong>能多答上");
    untouched.shows("formaction=\"/console/rules/preview#replay\"");

    // As it is, with other words; and without the trigger that brought people there.
    let fields = [("was", "price"), ("name", "费用"), ("contains", "多少钱"), ("do", "replay")];
    let worded = browser.post(TRY, &[&fields[..], &[("reply", "新的回复。")]].concat()).await;
    worded.shows("1 条仍归这条，换成新的回复");
    worded.hides("<strong>能多答上");
    let fields = [("was", "price"), ("name", "费用"), ("contains", "价目"), ("reply", "费用请问顾问。")];
    let lost = browser.post(TRY, &[&fields[..], &[("do", "replay")]].concat()).await;
    lost.shows("<strong>1 条不再归这条</strong>");

    let viewer = Browser::with_role(&yingda, Role::Viewer).await;
    viewer.get(add).await.hides("<strong>能多答上");
}

#[tokio::test]
async fn a_rule_with_a_mistake_says_so_instead_of_what_it_gains() {
    let yingda = with_misses().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let fields = [("name", "路费"), ("contains", "路费"), ("reply", "[问](rule:nobody)"), ("do", "replay")];
    let tried = browser.post(TRY, &fields).await;

    tried.shows("先改好错误，才能试");
    tried.shows("nobody");
}

#[tokio::test]
async fn each_message_is_tried_on_the_account_that_heard_it() {
    let second = "[[account]]\nid = \"second\"\nchannel = \"wechat\"\nname = \"第二个号\"\n\
                  token = \"anothertoken\"\nencryption = \"plain\"";
    let yingda = Yingda::start_with(Setup { account: second.into(), ..Setup::default() }).await;
    let other = AccountId::parse("second").expect("a slug");
    for (who, account) in [("o1", account()), ("o2", other.clone()), ("o3", other)] {
        commit(&yingda.app.store, Record { account, ..missed(who, yingda.now(), "路费报销吗") }).await;
    }
    yingda.waits(Duration::from_secs(5));
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let fields = [("name", "路费"), ("contains", "路费"), ("reply", "路费请自理。"), ("do", "replay")];

    let everywhere = browser.post(TRY, &fields).await;
    everywhere.shows("<strong>能多答上 3 条</strong>");
    everywhere.shows("第二个号");
    let there = browser.post(TRY, &[&fields[..], &[("accounts", "second")]].concat()).await;
    there.shows("<strong>能多答上 2 条</strong>");
    let here = browser.post(TRY, &[&fields[..], &[("accounts", "main")]].concat()).await;
    here.shows("<strong>能多答上 1 条</strong>");
}
