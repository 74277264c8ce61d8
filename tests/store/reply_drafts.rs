use std::time::Duration;

use yingda::model::{AccountId, CustomerId, StaffId};
use yingda::store::{ReplyDraft, ReplyDraftOf, Store};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, does, said, staff as act, time};

const MINUTE: Duration = Duration::from_secs(60);

struct Desk {
    account: AccountId,
    customer: CustomerId,
    staff: StaffId,
}

impl Desk {
    fn of(customer_name: &str, staff: &str) -> Self {
        let staff = StaffId::parse(staff).expect("an id");
        Self { account: account(), customer: customer(customer_name), staff }
    }

    fn draft(&self) -> ReplyDraftOf<'_> {
        ReplyDraftOf { account: &self.account, customer: &self.customer, staff: &self.staff }
    }

    async fn text(&self, store: &Store) -> Option<String> {
        store.find_reply_draft(self.draft()).await.expect("readable").map(|draft| draft.text)
    }
}

fn start() -> jiff::Timestamp {
    time("2026-04-12T14:30:00Z")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_for_one_member_and_one_customer_until_it_is_dropped_or_old() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let (mine, theirs, elsewhere) = (Desk::of("o1", "li"), Desk::of("o1", "wu"), Desk::of("o2", "li"));
        let save = async |desk: &Desk, text: &str, at| {
            store.save_reply_draft(desk.draft(), text, at).await.expect("writable");
        };

        save(&mine, "您", start()).await;
        save(&mine, "您好", start() + MINUTE).await;
        save(&theirs, "在吗", start()).await;
        save(&elsewhere, "请稍等", start()).await;

        let kept = store.find_reply_draft(mine.draft()).await.expect("readable");
        assert_eq!(kept, Some(ReplyDraft { text: "您好".into(), changed_at: start() + MINUTE }));
        let writing = store.list_writing(&account(), start() + MINUTE).await.expect("readable");
        let writing: Vec<_> = writing.iter().map(|one| (one.customer.as_str(), one.staff.as_str())).collect();
        assert_eq!(writing, [("o1", "li")], "{}", fresh.name());
        store.drop_reply_draft(mine.draft()).await.expect("writable");
        assert_eq!(mine.text(store).await, None);
        assert_eq!(theirs.text(store).await.as_deref(), Some("在吗"), "{}", fresh.name());
        save(&elsewhere, "请稍等", start() + MINUTE).await;
        assert_eq!(store.forget_reply_drafts(start() + MINUTE).await.expect("writable"), 1);
        assert_eq!(theirs.text(store).await, None, "{}", fresh.name());
        assert_eq!(elsewhere.text(store).await.as_deref(), Some("请稍等"));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_goes_with_the_customer_who_is_erased() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let desks = [Desk::of("o1", "li"), Desk::of("o2", "li")];
        for desk in &desks {
            commit(store, said(desk.customer.as_str(), start(), "多少钱")).await;
            store.save_reply_draft(desk.draft(), "您好", start()).await.expect("writable");
        }

        commit(store, does("o1", start() + MINUTE, yingda::model::Effect::Erase)).await;
        assert_eq!(desks[0].text(store).await, None, "{}", fresh.name());
        assert!(desks[1].text(store).await.is_some(), "{}: nobody else's", fresh.name());
        let by = act("li", start() + MINUTE);
        store.delete_person(&account(), &desks[1].customer, &by).await.expect("deletable");
        assert_eq!(desks[1].text(store).await, None, "{}", fresh.name());
        fresh.discard().await;
    }
}
