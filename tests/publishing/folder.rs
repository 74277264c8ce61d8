//! From a file that somebody saves to the answer that customers get.

use std::fs;
use std::path::Path;

use yingda::publishing::TakenOver;
use yingda::store::content_hash;

use super::office::{Office, PRICE, PROMISED, rule};

/// As editors save: a new file takes the place of the old one.
fn replace(file: &Path, text: &str) {
    let beside = file.with_extension("tmp");
    fs::write(&beside, text).expect("writable");
    fs::rename(beside, file).expect("replaceable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_rule_is_live_within_a_second() {
    let mut office = Office::open().await;
    assert_eq!(office.answers("多少钱"), "旧的回答。");

    fs::write(office.file(PRICE), rule("price", "多少钱", "新的回答。")).expect("writable");

    let (status, took) = office.next_status().await;
    assert_eq!((status.version, status.stale), (2, false));
    assert_eq!(office.answers("多少钱"), "新的回答。");
    assert!(took <= PROMISED, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_an_editor_replaces_is_seen_too() {
    let mut office = Office::open().await;

    replace(&office.file(PRICE), &rule("price", "多少钱", "换过的回答。"));

    office.next_status().await;
    assert_eq!(office.answers("多少钱"), "换过的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_anything_is_wrong_the_version_before_answers_and_the_problem_is_told() {
    let mut office = Office::open().await;

    fs::write(office.file(PRICE), "+++\nid = \"price\"\nname = “费用”\n+++\n回答\n").expect("writable");

    let (status, _) = office.next_status().await;
    assert!(status.stale);
    assert_eq!(status.version, 1);
    let problem = status.problems.iter().find(|problem| problem.is_error()).expect("an error");
    assert!(problem.file.ends_with("rules/price.md") && problem.line == 3, "{problem:?}");
    assert_eq!(office.answers("多少钱"), "旧的回答。");

    fs::write(office.file(PRICE), rule("price", "多少钱", "改好了。")).expect("writable");
    let (status, _) = office.next_status().await;
    assert!(!status.stale);
    assert_eq!(office.answers("多少钱"), "改好了。");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_right_elsewhere_is_written_over_once_it_is_live() {
    let mut office = Office::open().await;
    let (live, broken) = (rule("price", "多少钱", "旧的回答。"), "+++\nid = \"price\"\n");
    fs::write(office.file(PRICE), broken).expect("writable");
    let (status, _) = office.next_status().await;
    let held = status.folder.as_ref().and_then(|folder| folder.get(PRICE));
    assert_eq!(held, Some(broken.as_bytes()), "what is not live can be looked at");

    let hash = |text: &str| content_hash(text.as_bytes());
    let elsewhere = TakenOver { seen: hash("something else"), mended: hash(&live) };
    office.gate.take_over(PRICE, elsewhere);
    let (status, _) = office.next_status().await;
    assert!(status.stale, "it was not what the folder holds");
    office.gate.take_over(PRICE, TakenOver { seen: hash(broken), mended: hash(&live) });
    let (status, _) = office.next_status().await;

    assert!(!status.stale);
    assert_eq!(fs::read_to_string(office.file(PRICE)).expect("readable"), live);
    assert_eq!(office.answers("多少钱"), "旧的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_that_fails_keeps_a_version_from_going_live() {
    let mut office = Office::open().await;
    let tests = office.folder.path().join("responses/tests");
    fs::create_dir_all(&tests).expect("creatable");

    fs::write(tests.join("price.chat"), "用户: 多少钱\n应答: 含\"免费\"\n").expect("writable");

    let (status, _) = office.next_status().await;
    assert!(status.stale);
    assert!(
        status.problems.iter().any(|problem| problem.code == "transcript_failed"),
        "{:?}",
        status.problems
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_on_a_broken_folder_the_last_good_version_answers() {
    let office = Office::open().await;
    fs::write(office.file(PRICE), "+++\nbroken").expect("writable");
    let folder = office.killed().await;

    let office = Office::open_in(folder).await;

    assert!(office.status.borrow().stale);
    assert_eq!(office.answers("多少钱"), "旧的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_rules_are_live_within_a_second_of_a_change() {
    let mut office = Office::open().await;
    let mut table = String::from("id,name,contains,equals,starts,pattern,exclude,questions,reply\n");
    for n in 0..1_000 {
        table.push_str(&format!("r{n},规则{n},关键词{n}号,,,,,,回答{n}\n"));
    }

    fs::write(office.folder.path().join("responses/rules/many.csv"), table).expect("writable");

    let (status, took) = office.next_status().await;
    assert!(!status.stale, "{:?}", status.problems.first());
    assert_eq!(office.answers("关键词77号"), "回答77");
    // The promise is for a release build; this one is several times slower.
    assert!(took <= 4 * PROMISED, "{took:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_or_a_link_that_leads_in_circles_holds_nobody_up() {
    let mut office = Office::open().await;
    let rules = office.folder.path().join("responses/rules");
    let made = std::process::Command::new("mkfifo").arg(rules.join("pipe.md")).status().expect("mkfifo");
    assert!(made.success());
    std::os::unix::fs::symlink(".", rules.join("circle")).expect("a link");

    let (status, took) = office.next_status().await;

    assert!(status.stale && took < 2 * PROMISED, "{took:?}");
    let told: Vec<&str> = status.problems.iter().map(|problem| problem.file.as_str()).collect();
    assert!(told.iter().any(|file| file.contains("pipe.md")), "{told:?}");
    assert!(told.iter().any(|file| file.contains("circle")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_is_said_to_be_gone() {
    let mut office = Office::open().await;

    fs::rename(office.folder.path().join("responses"), office.folder.path().join("moved")).expect("movable");

    let (status, _) = office.next_status().await;
    assert!(status.stale && status.problems.iter().any(|problem| problem.code == "folder"));
    assert_eq!(office.answers("多少钱"), "旧的回答。");
}
