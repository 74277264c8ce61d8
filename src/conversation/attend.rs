//! What staff do to a conversation: take it, give it back, leave words for the
//! customer's next message. Takes its turn with the customer's own messages.
//! Not here: what these change (handoff, leave), who waits (store).

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use tracing::error;

use crate::model::{AccountId, Attendant, Conversation, CustomerId};
use crate::store::{Loaded, StoreError};

use super::{Desk, MOST_ATTEMPTS, handoff, leave};

#[derive(Clone, Debug)]
pub enum Deed {
    Take(Attendant),
    HandBack,
    /// Said with the bot's next reply.
    Leave {
        by: String,
        text: String,
    },
    TakeBackWords,
}

#[derive(Debug, thiserror::Error)]
pub enum AttendError {
    #[error("the conversation goes on all the time")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Where the conversation stands afterwards.
    pub async fn attend(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        deed: &Deed,
    ) -> Result<Conversation, AttendError> {
        let now = self.clock.now();
        let known = self.customers.enter(account, customer);
        let mut known = known.lock().await;
        // The customer's next message waits as long as we do.
        let deadline = Instant::now() + self.settings.store_budget;
        for _ in 0..MOST_ATTEMPTS {
            let remembered = known.conversation.clone().filter(|_| !self.store.is_shared());
            let before = match remembered {
                Some(loaded) => loaded,
                None => within(deadline, self.store.load_conversation(account, customer)).await?,
            };
            let conversation = deed.apply(&before.conversation, now);
            if conversation == before.conversation {
                known.conversation = Some(before);
                return Ok(conversation);
            }
            let after = Loaded { conversation, revision: before.revision + 1 };
            let change = self.store.change_conversation(account, customer, &after, now);
            if within(deadline, change).await? {
                known.conversation = Some(after.clone());
                return Ok(after.conversation);
            }
            known.conversation = None;
        }
        error!(customer = customer.masked(), "A conversation could not be changed: it went on all the time");
        Err(AttendError::Busy)
    }
}

async fn within<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout_at(deadline, work).await.unwrap_or(Err(StoreError::TooSlow))
}

impl Deed {
    fn apply(&self, conversation: &Conversation, now: Timestamp) -> Conversation {
        match self {
            Self::Take(by) => handoff::take(conversation, by.clone(), now),
            Self::HandBack => handoff::hand_back(conversation),
            Self::Leave { by, text } => {
                leave::leave(&handoff::spoke(conversation, now), by.as_str(), text.as_str(), now)
            }
            Self::TakeBackWords => leave::take_back(conversation),
        }
    }
}
