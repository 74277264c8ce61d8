//! What a rule answers, in one line: how many sayings, and the first of them. Who
//! comes to change the reply need not pass all of them.

use super::entered::Entered;

/// What a customer may say, in the order of the form.
const FIELDS: [&str; 5] = ["contains", "equals", "starts", "questions", "advanced"];
/// As many as a narrow screen shows.
const MOST_NAMED: usize = 4;

pub(super) struct Sayings {
    pub count: usize,
    pub first: String,
}

impl Sayings {
    pub(super) fn of(entered: &Entered) -> Self {
        let lines = FIELDS.into_iter().flat_map(|field| entered.get(field).lines());
        let said: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
        let more = if said.len() > MOST_NAMED { " …" } else { "" };
        let first: Vec<&str> = said.iter().copied().take(MOST_NAMED).collect();
        Self { count: said.len(), first: first.join("、") + more }
    }
}
