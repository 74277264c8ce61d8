//! The words that answers and requests share, as the document lists them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::lead::{AnswerKind, Source, Standing};
use crate::model::{Actor, LeadStatus, OutcomeKind};

/// How far staff have come with a lead.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    New,
    Contacted,
    Proposed,
    Confirmed,
    Held,
    Lost,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum OutcomeWord {
    Answer,
    Choices,
    Form,
    Human,
    Fallback,
    Silence,
}

/// What an answer in a form is about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum AnswerWord {
    Unit,
    People,
    When,
    Phone,
    Name,
    Text,
}

/// Whether an answer was understood.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum StandingWord {
    Understood,
    Unchecked,
    Skipped,
}

/// By what somebody came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SourceView {
    kind: SourceWord,
    /// The QR code's scene, the menu's key or the rule's id.
    key: String,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SourceWord {
    Scan,
    Menu,
    Rule,
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ActorView {
    kind: ActorWord,
    /// A member's id, or a token's name.
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ActorWord {
    Customer,
    System,
    Staff,
    Script,
}

impl From<LeadStatus> for Status {
    fn from(status: LeadStatus) -> Self {
        match status {
            LeadStatus::New => Self::New,
            LeadStatus::Contacted => Self::Contacted,
            LeadStatus::Proposed => Self::Proposed,
            LeadStatus::Confirmed => Self::Confirmed,
            LeadStatus::Held => Self::Held,
            LeadStatus::Lost => Self::Lost,
        }
    }
}

impl From<Status> for LeadStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::New => Self::New,
            Status::Contacted => Self::Contacted,
            Status::Proposed => Self::Proposed,
            Status::Confirmed => Self::Confirmed,
            Status::Held => Self::Held,
            Status::Lost => Self::Lost,
        }
    }
}

impl From<OutcomeKind> for OutcomeWord {
    fn from(outcome: OutcomeKind) -> Self {
        match outcome {
            OutcomeKind::Answer => Self::Answer,
            OutcomeKind::Choices => Self::Choices,
            OutcomeKind::Form => Self::Form,
            OutcomeKind::Human => Self::Human,
            OutcomeKind::Fallback => Self::Fallback,
            OutcomeKind::Silence => Self::Silence,
        }
    }
}

impl From<OutcomeWord> for OutcomeKind {
    fn from(outcome: OutcomeWord) -> Self {
        match outcome {
            OutcomeWord::Answer => Self::Answer,
            OutcomeWord::Choices => Self::Choices,
            OutcomeWord::Form => Self::Form,
            OutcomeWord::Human => Self::Human,
            OutcomeWord::Fallback => Self::Fallback,
            OutcomeWord::Silence => Self::Silence,
        }
    }
}

impl From<AnswerKind> for AnswerWord {
    fn from(kind: AnswerKind) -> Self {
        match kind {
            AnswerKind::Unit => Self::Unit,
            AnswerKind::People => Self::People,
            AnswerKind::When => Self::When,
            AnswerKind::Phone => Self::Phone,
            AnswerKind::Name => Self::Name,
            AnswerKind::Text => Self::Text,
        }
    }
}

impl From<Standing> for StandingWord {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Understood => Self::Understood,
            Standing::Unchecked => Self::Unchecked,
            Standing::Skipped => Self::Skipped,
        }
    }
}

impl From<&Source> for SourceView {
    fn from(source: &Source) -> Self {
        let kind = match source {
            Source::Scan(_) => SourceWord::Scan,
            Source::Menu(_) => SourceWord::Menu,
            Source::Rule(_) => SourceWord::Rule,
        };
        Self { kind, key: source.parts().1.to_owned() }
    }
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Customer => Self { kind: ActorWord::Customer, name: None },
            Actor::System => Self { kind: ActorWord::System, name: None },
            Actor::Staff(id) => Self { kind: ActorWord::Staff, name: Some(id.clone()) },
            Actor::Script(name) => Self { kind: ActorWord::Script, name: Some(name.clone()) },
        }
    }
}
