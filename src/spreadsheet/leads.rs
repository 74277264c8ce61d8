//! Leads as a table for the weekly meeting.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Cell, Sheet};
use crate::model::lead::{LeadAnswer, Source, Standing};
use crate::store::Lead;

/// How things are called that a lead knows by their id.
pub trait LeadNames {
    fn staff(&self, id: &str) -> String;
    fn source(&self, source: &Source) -> String;
}

/// One row a lead, one column for each question that was asked in any of them.
pub fn leads(leads: &[Lead], names: &impl LeadNames, zone: &TimeZone) -> Sheet {
    let questions = questions(leads);
    let mut headings = vec!["编号".to_owned(), "状态".to_owned()];
    headings.extend(questions.iter().map(|(_, label)| label.clone()));
    headings.extend(["负责人", "下次跟进", "来源", "首次提交", "最近提交"].map(str::to_owned));
    let rows = leads.iter().map(|lead| row(lead, &questions, names, zone)).collect();
    Sheet { name: "线索".to_owned(), headings, rows }
}

/// In the order they were asked first: field and label.
fn questions(leads: &[Lead]) -> Vec<(String, String)> {
    let mut questions: Vec<(String, String)> = Vec::new();
    for answer in leads.iter().flat_map(|lead| &lead.answers) {
        if !questions.iter().any(|(field, _)| *field == answer.field) {
            questions.push((answer.field.clone(), answer.label.clone()));
        }
    }
    questions
}

fn row(lead: &Lead, questions: &[(String, String)], names: &impl LeadNames, zone: &TimeZone) -> Vec<Cell> {
    let mut cells = vec![Cell::from(lead.number.as_str()), Cell::from(lead.status.label())];
    cells.extend(questions.iter().map(|(field, _)| {
        let answer = lead.answers.iter().find(|answer| answer.field == *field);
        answer.map_or(Cell::Empty, shown)
    }));
    cells.push(lead.owner.as_deref().map(|id| names.staff(id)).into());
    cells.push(lead.due_on.map(|day| day.to_string()).into());
    cells.push(lead.source.as_ref().map(|source| names.source(source)).into());
    cells.push(local(lead.created_at, zone).into());
    cells.push(local(lead.handed_in_at, zone).into());
    cells
}

fn shown(answer: &LeadAnswer) -> Cell {
    match answer.standing {
        Standing::Skipped => Cell::Empty,
        Standing::Unchecked => Cell::Text(format!("{}（待核实）", answer.value)),
        Standing::Understood => Cell::from(answer.value.as_str()),
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}
