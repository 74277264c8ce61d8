use std::time::Duration;

use yingda::model::effect::WaitReason;
use yingda::model::lead::Source;
use yingda::model::{Clock, Conversation, Effect};
use yingda::store::{Committed, InboxFilter, LeadFilter, NoticeKind, Record, Store};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, does, form, leaves, number, said, staff, time};

const MINUTE: Duration = Duration::from_secs(60);

fn start() -> jiff::Timestamp {
    time("2026-04-12T14:30:00Z")
}

/// Everything there can be of one customer.
async fn fill(store: &Store, name: &str, lead: &str) {
    let source = Some(Source::Scan("展会01".into()));
    commit(store, does(name, start(), Effect::Came { source })).await;
    let state = serde_json::to_string(&Conversation { small_talk: 1, ..Conversation::default() }).ok();
    commit(store, Record { conversation: state, ..said(name, start() + MINUTE, "多少钱") }).await;
    commit(store, leaves(name, start() + MINUTE, form(lead, "某县税务局", "13800000000"))).await;
    commit(store, does(name, start() + MINUTE, Effect::Wait(WaitReason::Asked))).await;
    store
        .add_note(&account(), &customer(name), "王主任", &staff("li", start() + MINUTE))
        .await
        .expect("noted");
    store.set_tag(&account(), &customer(name), "展会", &staff("li", start() + MINUTE)).await.expect("tagged");
}

async fn assert_gone(store: &Store, name: &str, database: &str) {
    let (account, customer) = (account(), customer(name));
    let timeline = store.load_timeline(&account, &customer, None).await.expect("readable");
    assert_eq!(timeline, [], "{database}: {name}");
    assert_eq!(store.find_coming(&account, &customer).await.expect("readable"), None, "{database}");
    assert_eq!(store.find_waiting(&account, &customer).await.expect("readable"), None, "{database}");
    assert!(store.list_tags(&account, &customer).await.expect("readable").is_empty(), "{database}");
    let conversation = store.load_conversation(&account, &customer).await.expect("readable");
    assert_eq!(conversation.conversation, Conversation::default(), "{database}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_to_be_erased_leaves_only_the_lead_they_consented_to_without_their_name() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        fill(store, "o1", "260412-01").await;
        fill(store, "o2", "260412-02").await;

        let request = does("o1", start() + 2 * MINUTE, Effect::Erase);
        commit(store, request.clone()).await;

        assert_gone(store, "o1", fresh.name()).await;
        let lead =
            store.find_lead(&account(), &number("260412-01")).await.expect("readable").expect("it stays");
        assert_eq!(lead.customer, None, "{}", fresh.name());
        let retry = store.committer().commit(request).await.expect("committed");
        let Committed::Duplicate(answer) = retry else { panic!("{}: {retry:?}", fresh.name()) };
        assert_eq!(answer.reply, yingda::model::Reply::text("答"), "for its own retries");
        let other = store.load_timeline(&account(), &customer("o2"), None).await.expect("readable");
        assert!(other.len() >= 5, "{}: nobody else loses anything: {other:?}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_and_the_erasing_after_it_may_share_a_commit() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let state = serde_json::to_string(&Conversation { small_talk: 1, ..Conversation::default() }).ok();
        // Sent now, so that neither waits for a look into the database: they are
        // taken in this order, as one customer's messages are.
        let now = Clock::System.now();
        let before = Record { conversation: state, ..said("o1", now, "多少钱") };
        let erasing = does("o1", now + MINUTE, Effect::Erase);

        let committer = store.committer();
        let (one, other) = tokio::join!(committer.commit(before), committer.commit(erasing));

        assert!(one.is_ok() && other.is_ok(), "{}", fresh.name());
        assert_gone(store, "o1", fresh.name()).await;
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_turns_up_late_from_a_journal_is_erased_too_and_what_came_after_is_not() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, does("o1", start() + MINUTE, Effect::Erase)).await;

        // Written before, by a process that was away; and one who follows again.
        fill(store, "o1", "260412-01").await;
        commit(store, said("o1", start() + 2 * MINUTE, "又来了")).await;
        store.finish_erasing(start() + 3 * MINUTE).await.expect("erasable");
        store.finish_erasing(start() + 4 * MINUTE).await.expect("as often as one likes");

        let timeline = store.load_timeline(&account(), &customer("o1"), None).await.expect("readable");
        assert_eq!(timeline.len(), 1, "{}: {timeline:?}", fresh.name());
        let lead =
            store.find_lead(&account(), &number("260412-01")).await.expect("readable").expect("it stays");
        assert_eq!(lead.customer, None, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_is_forgotten_in_the_end() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, does("oVeryRecognisable", start(), Effect::Erase)).await;
        let months = Duration::from_secs(91 * 24 * 60 * 60);
        store.finish_erasing(start() + months).await.expect("erasable");
        // Nobody remembers them: what turns up now stays until its time is over.
        commit(store, said("oVeryRecognisable", start(), "旧消息")).await;
        store.finish_erasing(start() + months).await.expect("erasable");

        let who = customer("oVeryRecognisable");
        let timeline = store.load_timeline(&account(), &who, None).await.expect("readable");
        assert_eq!(timeline.len(), 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_remove_everything_of_a_person_leads_included() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        fill(store, "o1", "260412-01").await;
        store
            .delete_person(&account(), &customer("o1"), &staff("li", start() + 2 * MINUTE))
            .await
            .expect("deletable");

        assert_gone(store, "o1", fresh.name()).await;
        let leads = store.list_leads(&account(), &LeadFilter::default(), 0).await.expect("readable");
        assert_eq!(leads.total, 0, "{}", fresh.name());
        assert!(store.list_lead_trail(&account(), &number("260412-01")).await.expect("readable").is_empty());
        let inbox = store.list_inbox(&account(), &InboxFilter::All { before: None }, start()).await;
        assert_eq!(inbox.expect("readable"), [], "{}", fresh.name());
        let log = store.list_privacy_log(&account()).await.expect("readable");
        assert_eq!(log.len(), 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_a_copy_of_all_there_is_about_them() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        fill(store, "o1", "260412-01").await;
        commit(store, said("o1", start() + MINUTE, "我的电话13812345678")).await;
        let file = store.export_person(&account(), &customer("o1"), &staff("li", start() + 2 * MINUTE)).await;

        let json = serde_json::to_string(&file.expect("readable")).expect("plain data");
        for part in ["我的电话13812345678", "13800000000", "王建国", "王主任", "展会01", "260412-01"]
        {
            assert!(json.contains(part), "{}: {part} in {json}", fresh.name());
        }
        let nobody =
            store.export_person(&account(), &customer("o9"), &staff("li", start())).await.expect("readable");
        assert!(nobody.messages.is_empty() && nobody.leads.is_empty());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_notice_names_nobody() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        fill(store, "o1", "260412-01").await;

        let due = store.due_notices(start() + MINUTE, 10).await.expect("readable");

        let kinds: Vec<NoticeKind> = due.iter().map(|notice| notice.kind).collect();
        assert_eq!(kinds, [NoticeKind::Lead, NoticeKind::Waiting], "{}", fresh.name());
        assert!(due.iter().all(|notice| !notice.subject.contains("o1")), "{due:?}");
        fresh.discard().await;
    }
}
