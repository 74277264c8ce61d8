//! From somebody's draft to the answer that customers get, and into the folder.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use yingda::publishing::{Accepted, Refused, Request, warning_key};
use yingda::store::{LogFilter, content_hash};

use super::office::{Office, PRICE, PROMISED, STAY, draft, drafted, fresh_folder, request, rule};
use crate::support::databases::{drop_database, fresh_postgres};

fn price(reply: &str) -> String {
    // A comment and an order of keys that nobody would make up again.
    format!("+++\n# 财务已核对\ntriggers = [\"多少钱\"]\nname = \"price\"\nid = \"price\"\n+++\n{reply}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_draft_answers_at_once_and_stands_in_the_folder_byte_for_byte() {
    let office = Office::open().await;
    let text = price("新的回答。");
    let draft = drafted(
        &office.store,
        "a",
        &[(PRICE, &text), ("rules/route.md", &rule("route", "怎么来", "坐车。"))],
    )
    .await;

    let since = Instant::now();
    let published = office.publish(&draft).await.expect("published");

    assert!(published.is_live && since.elapsed() < 4 * PROMISED, "{:?}", since.elapsed());
    assert_eq!((published.version.number, office.answers("多少钱").as_str()), (2, "新的回答。"));
    wait_for("the folder", || fs::read_to_string(office.file(PRICE)).is_ok_and(|read| read == text)).await;
    wait_for("the new file", || office.file("rules/route.md").exists()).await;
    assert_eq!(office.read(STAY), rule("stay", "住哪里", "住处的回答。"));
    let credit = published.version.credit;
    assert_eq!((credit.who.as_deref(), credit.reason.as_deref()), (Some("同事甲"), Some("更新费用")));
    assert!(office.draft("a").await.is_empty(), "what is live is no draft any more");
    // The folder as we wrote it is no edit of anybody.
    sleep(Duration::from_millis(700)).await;
    assert_eq!(office.store.newest_version_number().await.expect("readable"), Some(2));
    assert_eq!(office.store.find_folder_step().await.expect("readable"), Some(2));
    let log = office.store.find_operations(&LogFilter::default(), 0, 10).await.expect("readable");
    let entry = log.first().expect("it is written down");
    assert_eq!(
        (entry.kind.as_str(), entry.subject.as_str(), entry.who.as_str()),
        ("publish", "v2", "同事甲")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_is_published_and_the_rest_stays_in_the_draft() {
    let office = Office::open().await;
    let draft = drafted(&office.store, "a", &[(PRICE, &price("新的回答。")), (STAY, "+++\nbroken")]).await;

    let only = BTreeSet::from([PRICE.to_owned()]);
    let published = office.gate.publish(Request { edits: draft.edits(Some(&only)), ..request(&draft) }).await;

    published.expect("the broken file is not part of it");
    assert_eq!(office.answers("多少钱"), "新的回答。");
    let left = office.draft("a").await;
    assert_eq!(left.changes().keys().collect::<Vec<_>>(), [STAY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_failing_tests_and_unseen_warnings_keep_it_back_and_nothing_changes() {
    let office = Office::open().await;
    let publish = async |owner: &str, files: &[(&str, &str)]| {
        let draft = drafted(&office.store, owner, files).await;
        (office.publish(&draft).await, request(&draft))
    };

    let (refused, _) = publish("errors", &[(PRICE, "+++\nbroken")]).await;
    assert!(matches!(&refused, Err(Refused::Errors(findings)) if !findings.errors.is_empty()), "{refused:?}");

    let chat = "用户: 多少钱\n应答: 含\"免费\"\n";
    let (refused, asked) = publish("tests", &[("tests/price.chat", chat)]).await;
    assert!(
        matches!(&refused, Err(Refused::TestsFail(findings)) if findings.failures.len() == 1),
        "{refused:?}"
    );
    let empty = Request { despite: Some("  ".to_owned()), ..asked.clone() };
    assert!(matches!(office.gate.publish(empty).await, Err(Refused::TestsFail(_))), "no reason is no reason");

    let unfinished = rule("price", "多少钱", "〔待填写：价格〕");
    let (refused, warned) = publish("warnings", &[(PRICE, &unfinished)]).await;
    let Err(Refused::Unseen(findings)) = refused else { panic!("{refused:?}") };
    assert_eq!(office.store.newest_version_number().await.expect("readable"), Some(1));
    assert_eq!(office.answers("多少钱"), "旧的回答。");

    let keys = findings.warnings.iter().map(warning_key).collect();
    let ticked = Request { accepted: Accepted::These(keys), ..warned };
    let version = office.gate.publish(ticked).await.expect("ticked").version;
    assert_eq!(version.credit.accepted.len(), findings.warnings.len());
    let despite = Request { despite: Some("新活动明天开始".to_owned()), ..asked };
    let version = office.gate.publish(despite).await.expect("an administrator has a reason").version;
    assert_eq!(version.credit.despite.as_deref(), Some("新活动明天开始"));
    assert_eq!(version.number, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_on_an_older_version_is_merged_or_refused_with_both_texts() {
    let office = Office::open().await;
    let first = drafted(&office.store, "a", &[(PRICE, &price("甲的回答。"))]).await;
    let elsewhere = drafted(&office.store, "b", &[(STAY, &rule("stay", "住哪里", "乙的住处。"))]).await;
    let same = drafted(&office.store, "c", &[(PRICE, &price("丙的回答。"))]).await;

    office.publish(&first).await.expect("published");
    let merged = office.publish(&elsewhere).await.expect("different files");
    let refused = office.publish(&same).await;

    assert_eq!(merged.version.number, 3);
    assert_eq!(
        (office.answers("多少钱"), office.answers("住哪里")),
        ("甲的回答。".into(), "乙的住处。".into())
    );
    let Err(Refused::Collides(collisions)) = refused else { panic!("{refused:?}") };
    let collision = collisions.first().expect("one");
    assert_eq!(collision.path, PRICE);
    assert_eq!(collision.theirs.as_deref(), Some(price("甲的回答。").as_bytes()));
    assert_eq!(collision.mine.as_deref(), Some(price("丙的回答。").as_bytes()));
    // Once they have looked, theirs may go.
    let mut same = office.draft("c").await;
    let theirs = same.live().get(PRICE).map(content_hash);
    assert!(same.keep_mine(&office.store, PRICE, theirs.as_deref()).await.expect("kept"));
    office.publish(&same).await.expect("published");
    assert_eq!(office.answers("多少钱"), "丙的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_is_nothing_published() {
    let office = Office::open().await;
    let refused = office.publish(&office.draft("a").await).await;
    assert!(matches!(refused, Err(Refused::Nothing)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_publish_one_file_at_once_exactly_one_wins() {
    let office = Office::open().await;
    let mut requests = Vec::new();
    for n in 0..6 {
        let text = price(&format!("回答{n}。"));
        requests.push(request(&drafted(&office.store, &format!("s{n}"), &[(PRICE, &text)]).await));
    }
    let publish = |request| {
        let gate = office.gate.clone();
        tokio::spawn(async move { gate.publish(request).await })
    };
    let tries: Vec<_> = requests.into_iter().map(publish).collect();

    let mut won = 0;
    for one in tries {
        match one.await.expect("no panic") {
            Ok(_) => won += 1,
            Err(Refused::Collides(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    assert_eq!(won, 1);
    assert_eq!(office.store.newest_version_number().await.expect("readable"), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_stored_and_not_written_is_written_at_the_next_start() {
    let office = Office::open().await;
    let (store, gate) = (office.store.clone(), office.gate.clone());
    office.press.abort();
    let text = price("存好了还没写。");
    let files = [(PRICE, text.as_str()), ("rules/route.md", &rule("route", "怎么来", "坐车。"))];
    let draft = drafted(&store, "a", &files).await;
    gate.publish(request(&draft)).await.expect("stored");
    assert_eq!(office.read(PRICE), rule("price", "多少钱", "旧的回答。"), "killed before it was written");
    // One file was written already, another half.
    fs::write(office.file("rules/route.md"), rule("route", "怎么来", "坐车。")).expect("writable");
    fs::write(office.file("rules/.yingda-price.md"), "+++\nid").expect("writable");
    let folder = office.killed().await;

    let office = Office::open_in(folder).await;

    assert_eq!(office.read(PRICE), text);
    assert_eq!(office.answers("多少钱"), "存好了还没写。");
    assert_eq!(office.live.load().version, 2, "finishing is no new version");
    assert_eq!(office.store.find_folder_step().await.expect("readable"), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_in_the_folder_while_nobody_looked_is_an_edit() {
    let office = Office::open().await;
    let draft = drafted(&office.store, "a", &[(PRICE, &price("控制台的回答。"))]).await;
    let (store, gate) = (office.store.clone(), office.gate.clone());
    office.press.abort();
    gate.publish(request(&draft)).await.expect("stored");
    drop((store, gate));
    fs::write(office.file(STAY), rule("stay", "住哪里", "手改的住处。")).expect("writable");
    let folder = office.killed().await;

    let office = Office::open_in(folder).await;

    let answers = (office.answers("多少钱"), office.answers("住哪里"));
    assert_eq!(answers, ("控制台的回答。".into(), "手改的住处。".into()));
    assert_eq!(office.live.load().version, 3);
    assert_eq!(office.read(PRICE), price("控制台的回答。"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changed_in_both_places_is_told_and_neither_is_lost() {
    let mut office = Office::open().await;
    fs::write(office.file(PRICE), "+++\nhalf done").expect("writable");
    office.next_status().await;
    let draft = drafted(&office.store, "a", &[(PRICE, &price("控制台的回答。"))]).await;

    office.publish(&draft).await.expect("published");

    wait_for("the collision", || {
        let status = office.gate_status();
        status.stale && status.problems.iter().any(|problem| problem.code == "folder_collision")
    })
    .await;
    assert_eq!(office.answers("多少钱"), "控制台的回答。");
    assert_eq!(office.read(PRICE), "+++\nhalf done", "what somebody is writing stays");
    fs::write(office.file(PRICE), price("控制台的回答。")).expect("writable");
    wait_for("peace", || !office.gate_status().stale).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_another_process_is_live_everywhere_within_a_second() {
    let Some(location) = fresh_postgres().await else { return };
    let first = Office::open_at(fresh_folder(), &location).await;
    let second = Office::open_at(fresh_folder(), &location).await;
    let draft = drafted(&first.store, "a", &[(PRICE, &price("新的回答。"))]).await;

    first.publish(&draft).await.expect("published");

    let since = Instant::now();
    wait_for("the other process", || second.answers("多少钱") == "新的回答。").await;
    // The promise is for a release build; this one is several times slower.
    assert!(since.elapsed() < 2 * PROMISED, "{:?}", since.elapsed());
    assert_eq!((first.live.load().version, second.live.load().version), (2, 2));
    // The folders are each process's own: the store is what is live.
    fs::write(second.file(PRICE), rule("price", "多少钱", "别处的旧文件。")).expect("writable");
    let folder = second.killed().await;
    let second = Office::open_at(folder, &location).await;
    assert_eq!((second.live.load().version, second.answers("多少钱").as_str()), (2, "新的回答。"));
    first.killed().await;
    second.killed().await;
    drop_database(&location).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_that_publish_at_once_one_wins_and_different_files_both() {
    let Some(location) = fresh_postgres().await else { return };
    let (first, second) =
        (Office::open_at(fresh_folder(), &location).await, Office::open_at(fresh_folder(), &location).await);
    let mine = drafted(&first.store, "a", &[(PRICE, &price("甲。"))]).await;
    let theirs = drafted(&second.store, "b", &[(PRICE, &price("乙。"))]).await;
    let other = drafted(&second.store, "c", &[(STAY, &rule("stay", "住哪里", "丙的住处。"))]).await;

    let (a, b, c) = tokio::join!(first.publish(&mine), second.publish(&theirs), second.publish(&other));

    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    c.expect("another file");
    wait_for("both", || first.live.load().version == 3 && second.live.load().version == 3).await;
    assert_eq!(first.answers("多少钱"), second.answers("多少钱"));
    assert_eq!(second.answers("住哪里"), "丙的住处。");
    assert!(draft(&first.store, "c").await.is_empty());
    first.killed().await;
    second.killed().await;
    drop_database(&location).await;
}

async fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < 5 * PROMISED, "still waiting for {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

impl Office {
    fn gate_status(&self) -> std::sync::Arc<yingda::publishing::Status> {
        std::sync::Arc::clone(&self.status.borrow())
    }
}
