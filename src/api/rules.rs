//! The rules of the version that answers now.

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::client::Client;
use super::page::{Page, bad_cursor, read_limit};
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use crate::answer::Edition;
use crate::model::RuleId;
use crate::rulebook::{Answer, Kind, Replies, Rule};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedRules {
    /// Only rules with this text in their id, name, triggers or sample questions.
    q: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// A new version may order its rules otherwise: then begin anew. `version` in
    /// the rules tells.
    #[param(pattern = "^[0-9]{1,9}$")]
    cursor: Option<String>,
}

/// A rule as it answers now.
#[derive(Serialize, ToSchema)]
pub(super) struct RuleView {
    id: String,
    name: String,
    group: Option<String>,
    kind: KindWord,
    /// As staff write them: `=` the whole text, `^` its beginning, `/…/` a pattern.
    triggers: Vec<String>,
    exclude: Vec<String>,
    questions: Vec<String>,
    /// Empty: every account.
    accounts: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<jiff::civil::Date>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<jiff::civil::Date>,
    owner: Option<String>,
    note: Option<String>,
    /// Where it is written, below the rulebook's folder.
    file: String,
    line: u32,
    /// The version that answers.
    version: i64,
}

/// What a rule does once it has won.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KindWord {
    Text,
    Card,
    Article,
    Contact,
    Courses,
    Image,
    Voice,
    Video,
    Music,
    Form,
    Human,
    Silence,
    NotOurs,
}

/// Rules
///
/// Of the version that answers now, in the order of its files.
#[utoipa::path(
    get, path = "/api/v1/rules", tag = "rules", operation_id = "list_rules", params(AskedRules),
    responses((status = 200, body = Page<RuleView>), Refusals),
)]
pub(super) async fn list(
    client: Client,
    Asked(asked): Asked<AskedRules>,
) -> Result<Json<Page<RuleView>>, ApiError> {
    let limit = read_limit(asked.limit)?;
    let edition = client.api.live.load_full();
    let rules = &edition.rulebook.rules;
    let start = match &asked.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
        None => 0,
    };
    let wanted = asked.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase);
    let numbered = (1_usize..).zip(rules).skip(start);
    let matching = numbered.filter(|(_, rule)| wanted.as_deref().is_none_or(|text| holds(rule, text)));
    let one_more = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let found: Vec<(usize, &Rule)> = matching.take(one_more).collect();
    let view = |(_, rule): (usize, &Rule)| RuleView::of(rule, edition.version);
    Ok(Json(Page::of(found, limit, |(number, _)| number.to_string(), view)))
}

/// One rule
#[utoipa::path(
    get, path = "/api/v1/rules/{id}", tag = "rules", operation_id = "get_rule",
    params(("id" = String, Path)),
    responses((status = 200, body = RuleView), Refusals),
)]
pub(super) async fn show(client: Client, Path(id): Path<String>) -> Result<Json<RuleView>, ApiError> {
    let edition = client.api.live.load_full();
    let rule = position(&edition, &id).and_then(|position| edition.rulebook.rules.get(position));
    rule.map(|rule| Json(RuleView::of(rule, edition.version))).ok_or(ApiError::Missing)
}

fn position(edition: &Edition, id: &str) -> Option<usize> {
    edition.rulebook.position(&RuleId::parse(id).ok()?)
}

fn holds(rule: &Rule, text: &str) -> bool {
    let has = |field: &str| field.to_lowercase().contains(text);
    has(rule.id.as_str())
        || has(&rule.name)
        || rule.triggers.iter().any(|trigger| has(&trigger.to_string()))
        || rule.questions.iter().any(|question| has(question))
}

impl RuleView {
    fn of(rule: &Rule, version: i64) -> Self {
        let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self {
            id: rule.id.to_string(),
            name: rule.name.to_string(),
            group: owned(&rule.group),
            kind: KindWord::of(&rule.answer),
            triggers: rule.triggers.iter().map(ToString::to_string).collect(),
            exclude: rule.exclude.iter().map(ToString::to_string).collect(),
            questions: rule.questions.iter().map(ToString::to_string).collect(),
            accounts: rule.accounts.iter().map(ToString::to_string).collect(),
            valid_from: rule.valid.from,
            valid_until: rule.valid.until,
            owner: owned(&rule.owner),
            note: owned(&rule.note),
            file: rule.place.file.to_string(),
            line: rule.place.line,
            version,
        }
    }
}

impl KindWord {
    fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Reply(Replies { kind, .. }) => match kind {
                Kind::Text => Self::Text,
                Kind::Card(_) => Self::Card,
                Kind::Article(_) => Self::Article,
                Kind::Contact(_) => Self::Contact,
                Kind::Courses(_) => Self::Courses,
                Kind::Image(_) => Self::Image,
                Kind::Voice(_) => Self::Voice,
                Kind::Video(_) => Self::Video,
                Kind::Music(_) => Self::Music,
            },
            Answer::Form { .. } => Self::Form,
            Answer::Human { .. } => Self::Human,
            Answer::Silence => Self::Silence,
            Answer::NotOurs => Self::NotOurs,
        }
    }
}
