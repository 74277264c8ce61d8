//! `[desk]`: limits on answering.

use std::num::NonZeroU32;
use std::time::Duration;

use super::layers::Value;
use super::section::Section;
use super::setting::Setting;

/// WeChat drops the connection after 5 s; a second is left for the way back.
const LONGEST_ANSWER_BUDGET: Duration = Duration::from_secs(4);

#[derive(Clone, Debug)]
pub struct Desk {
    /// Messages answered per customer and minute; None: no limit.
    pub flood_limit: Option<NonZeroU32>,
    /// How long the store may keep an answer waiting.
    pub answer_budget: Duration,
    /// How far a request's timestamp may be from our clock.
    pub accepted_age: Duration,
    pub keep_messages_days: NonZeroU32,
}

struct AnswerBudget(Duration);

impl Desk {
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let flood_limit: Option<u32> = section.value("flood_limit");
        let answer_budget = section.value("answer_budget");
        let accepted_age = section.value("accepted_age");
        let keep_messages_days = section.value("keep_messages_days");
        let AnswerBudget(answer_budget) = answer_budget?;
        Some(Self {
            flood_limit: NonZeroU32::new(flood_limit?),
            answer_budget,
            accepted_age: accepted_age?,
            keep_messages_days: keep_messages_days?,
        })
    }
}

impl Setting for AnswerBudget {
    fn read(value: &Value) -> Result<Self, String> {
        match Duration::read(value)? {
            Duration::ZERO => Err("不能是 0".to_owned()),
            budget if budget > LONGEST_ANSWER_BUDGET => Err("不能超过 4 秒，微信只等 5 秒".to_owned()),
            budget => Ok(Self(budget)),
        }
    }
}

impl Setting for NonZeroU32 {
    fn read(value: &Value) -> Result<Self, String> {
        Self::new(u32::read(value)?).ok_or_else(|| "至少是 1".to_owned())
    }
}
