//! What is kept of what came in by the front door.

use yingda::model::lead::Source;
use yingda::model::message::Event;
use yingda::model::{Content, Conversation, OutcomeKind};
use yingda::store::Happened;

use crate::support::said::account;
use crate::support::service::{Setup, Yingda};

#[tokio::test(flavor = "multi_thread")]
async fn a_miss_is_kept_with_the_rules_that_came_nearest_and_an_answer_without() {
    let mut setup = Setup::default();
    for id in ["fapiao", "shouju"] {
        let rule = format!("+++\nid = \"{id}\"\nname = \"{id}\"\ntriggers = [\"票据\"]\n+++\n请问顾问。\n");
        setup.files.push((format!("rules/{id}.md"), rule));
    }
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");
    customer.says("多少钱").await;
    customer.says("票据").await;

    let timeline = yingda.app.store.load_timeline(&account(), customer.id(), None).await.expect("readable");

    let said: Vec<_> = timeline
        .iter()
        .filter_map(|entry| match &entry.what {
            Happened::Said(exchange) => Some((exchange.outcome, exchange.nearest.len(), exchange.took_us)),
            _ => None,
        })
        .collect();
    assert_eq!(said.len(), 2, "{timeline:?}");
    let answered = said.iter().find(|(outcome, ..)| *outcome == OutcomeKind::Answer).expect("answered");
    assert_eq!(answered.1, 0);
    let missed = said.iter().find(|(outcome, ..)| *outcome != OutcomeKind::Answer).expect("missed");
    assert_eq!((missed.0, missed.1), (OutcomeKind::Choices, 2), "{said:?}");
    assert!(said.iter().all(|(.., took)| took.is_some_and(|took| took > 0)), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_customer_came_is_remembered_until_they_leave() {
    let yingda = Yingda::start().await;
    let (store, customer) = (&yingda.app.store, yingda.customer("a"));
    let follow = Content::Event(Event::Follow { scene: Some("展会01".into()) });
    customer.does(&follow).await;
    customer.does(&Content::Event(Event::Scan { scene: "别处".into() })).await;

    let coming = store.find_coming(&account(), customer.id()).await.expect("readable").expect("they came");
    assert_eq!(coming.source, Some(Source::Scan("展会01".into())), "what brought them counts");

    customer.says("天气预报").await;
    customer.does(&Content::Event(Event::Unfollow)).await;
    assert_eq!(store.find_coming(&account(), customer.id()).await.expect("readable"), None);
    let timeline = store.load_timeline(&account(), customer.id(), None).await.expect("readable");
    assert_eq!(timeline, []);
    let conversation = store.load_conversation(&account(), customer.id()).await.expect("readable");
    assert_eq!(conversation.conversation, Conversation::default());
}
