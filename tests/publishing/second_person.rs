//! Where a second person is asked for: what one person may do all the same.

use yingda::model::Clock;
use yingda::publishing::{Accepted, Refused, Request, Terms, between, load_files};
use yingda::store::{Actor, VersionSource};

use super::office::{Office, PRICE, actor, drafted, request, rule};

const SETTINGS: &str = "settings.toml";
const ASKS: &str = "[centre]\nname = \"中心\"\n\n[publishing]\nsecond_person = true\n";

/// By command: whoever has the machine is asked nothing.
async fn by_command(office: &Office, path: &str, text: &str) {
    let draft = drafted(&office.store, "root", &[(path, text)]).await;
    let request = Request::new(draft.edits(None), actor(), VersionSource::Command);
    office.gate.publish(request).await.expect("published");
    draft.discard(&office.store).await.expect("discarded");
}

async fn way_back(office: &Office, number: i64) -> Request {
    let newest = office.store.newest_version_number().await.expect("readable").expect("one");
    let live = load_files(&office.store, newest).await.expect("readable");
    let old = load_files(&office.store, number).await.expect("readable");
    Request {
        accepted: Accepted::All,
        restores: Some(number),
        ..Request::new(between(&live, &old), actor(), VersionSource::Console)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_alone_brings_back_a_version_that_asks_for_no_second_person() {
    let office = Office::open().await;
    by_command(&office, SETTINGS, ASKS).await;
    by_command(&office, PRICE, &rule("price", "多少钱", "第三版。")).await;

    let unasked = office.gate.publish(way_back(&office, 1).await).await;
    let asked = office.gate.publish(way_back(&office, 2).await).await;

    assert!(matches!(unasked, Err(Refused::NeedsApproval)), "{unasked:?}");
    assert_eq!(asked.expect("it goes on asking").version.credit.restores, Some(2));
    assert_eq!(office.answers("多少钱"), "旧的回答。");
    let agreed = Request { approver: Some("同事乙".to_owned()), ..way_back(&office, 1).await };
    office.gate.publish(agreed).await.expect("two people agree");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_scheduled_before_a_second_person_was_asked_for_does_not_go_live_without_one() {
    let office = Office::open().await;
    let text = rule("price", "多少钱", "到时的回答。");
    let draft = drafted(&office.store, "a", &[(PRICE, &text)]).await;
    let due_at = Some(Clock::System.now() - jiff::SignedDuration::from_secs(1));
    let alone = Terms { due_at, needs_approval: false };
    office.gate.propose(&draft, &request(&draft), alone).await.expect("proposed");
    by_command(&office, SETTINGS, ASKS).await;

    let refused = office.gate.publish_due().await;

    assert!(matches!(refused, Err(Refused::NeedsApproval)), "{refused:?}");
    assert_eq!(office.answers("多少钱"), "旧的回答。");
    let draft = office.draft("a").await;
    assert_eq!(draft.bytes(PRICE), Some(text.as_bytes()), "it is in its draft again");
    office.gate.propose(&draft, &request(&draft), alone).await.expect("proposed");
    let waiting = office.store.list_proposals().await.expect("readable");
    assert!(waiting.iter().all(|proposal| proposal.needs_approval), "whatever was asked of the gate");
    office.gate.publish_due().await.expect("nothing is due");
    assert_eq!(office.answers("多少钱"), "旧的回答。");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_their_own_second_person() {
    let office = Office::open().await;
    by_command(&office, SETTINGS, ASKS).await;
    let draft = drafted(&office.store, "a", &[(PRICE, &rule("price", "多少钱", "新的回答。"))]).await;
    let terms = Terms { due_at: None, needs_approval: true };
    let id = office.gate.propose(&draft, &request(&draft), terms).await.expect("proposed");
    let waiting = office.store.find_proposal(&id).await.expect("readable").expect("it waits");
    let owner = Actor { staff: Some(waiting.owner.clone()), ..actor() };

    let own = office.gate.approve(&waiting, &owner).await;

    assert!(matches!(own, Err(Refused::NeedsApproval)), "{own:?}");
    assert!(office.store.find_proposal(&id).await.expect("readable").expect("it waits").needs_approval);
    office.gate.approve(&waiting, &actor()).await.expect("somebody else agrees");
    assert_eq!(office.answers("多少钱"), "新的回答。");
}
