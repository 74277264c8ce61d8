//! The nouns that every other module speaks of. Plain data, parsed once at the
//! edge. Not here: IO, async, SQL, anything that knows a channel's wire format
//! or a rule file.

pub mod account;
pub mod actor;
pub mod caller;
pub mod clock;
pub mod conversation;
pub mod effect;
pub mod encryption;
pub mod form;
pub mod human;
pub mod ids;
pub mod lead;
pub mod message;
pub mod outcome;
pub mod reply;
pub mod staff;

pub use account::{Roster, ServedAccount};
pub use actor::{Act, Actor};
pub use caller::CallerIp;
pub use clock::Clock;
pub use conversation::{Attendant, Conversation, Stage};
pub use effect::Effect;
pub use encryption::Encryption;
pub use human::{Alerts, Human};
pub use ids::{AccountId, ArticleId, CustomerId, DeliveryKey, FormId, RuleId};
pub use lead::{LeadForm, LeadNumber, LeadStatus, Source};
pub use message::{Content, Event, Message, Proof};
pub use outcome::{Outcome, OutcomeKind};
pub use reply::{Card, Limits, Reply, Span, Text};
pub use staff::{Right, Role, StaffId, StaffName};
