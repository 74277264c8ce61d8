//! Everything that must hold before a rulebook goes live, in one pure function,
//! so that `yingda check`, the watched folder and the console cannot differ.

use crate::answer::{Asked, Edition, RuleIndex, Verdict};
use crate::model::AccountId;
use crate::rehearsal;
use crate::rulebook::{Answer, Files, Problem, Rule, Surroundings, check};

/// Beyond this many lost sample questions the list helps nobody.
const MAX_LOST_QUESTIONS: usize = 200;

#[derive(Debug)]
pub struct Examination {
    /// Complete whenever the files themselves have no error; publish it only
    /// when `may_go_live`.
    pub edition: Option<Edition>,
    /// Of the files, the sample questions and the transcripts, in this order.
    pub problems: Vec<Problem>,
    pub transcripts: rehearsal::Score,
}

impl Examination {
    pub fn may_go_live(&self) -> bool {
        self.edition.is_some() && !self.problems.iter().any(Problem::is_error)
    }
}

pub fn examine(files: &Files, surroundings: &Surroundings) -> Examination {
    let checked = check(files, surroundings);
    let mut problems = checked.problems;
    let Some(rulebook) = checked.rulebook else {
        return Examination { edition: None, problems, transcripts: rehearsal::Score::default() };
    };
    let edition = Edition::new(0, rulebook);
    problems.extend(find_lost_questions(&edition, surroundings));
    let (transcripts, failures) = rehearsal::play_all(files, &edition, surroundings);
    problems.extend(failures);
    Examination { edition: Some(edition), problems, transcripts }
}

/// Sample questions that another rule answers, or none does.
fn find_lost_questions(edition: &Edition, surroundings: &Surroundings) -> Vec<Problem> {
    let rules = edition.rulebook.rules.iter();
    let asked = rules.filter(|rule| rule.valid.holds_on(surroundings.today));
    asked
        .flat_map(|rule| rule.questions.iter().map(move |question| (rule, question)))
        .filter_map(|(rule, question)| find_winner(edition, rule, question, surroundings))
        .take(MAX_LOST_QUESTIONS)
        .collect()
}

fn find_winner(
    edition: &Edition,
    rule: &Rule,
    question: &str,
    surroundings: &Surroundings,
) -> Option<Problem> {
    let account = rule.accounts.first().cloned().or_else(|| AccountId::parse("main").ok())?;
    let asked = Asked { account: &account, today: surroundings.today };
    let verdict = edition.matcher.answer(question, &asked).verdict;
    let (cause, remedy) = match (&rule.answer, verdict) {
        (Answer::NotOurs, Verdict::None) => return None,
        (_, Verdict::Rule(index)) => {
            let winner = edition.rule_at(index)?;
            if winner.id == rule.id {
                return None;
            }
            lost_to(rule, question, winner)
        }
        (_, Verdict::Choices(indexes)) => lost_to_choices(edition, rule, question, &indexes),
        (_, Verdict::None) => (
            format!("规则「{}」的示例问题「{question}」现在没有规则回答。", rule.name),
            "请看它是否被 exclude 排除，或与「不归我们答」的示例太像。".to_owned(),
        ),
    };
    let problem = Problem::error("sample_lost", cause).remedy(remedy).in_file(&rule.place.file);
    Some(problem.at_line(usize::try_from(rule.place.line).unwrap_or_default()))
}

fn lost_to(rule: &Rule, question: &str, winner: &Rule) -> (String, String) {
    let cause = format!("规则「{}」的示例问题「{question}」会被「{}」抢走。", rule.name, winner.name);
    let remedy = format!(
        "请把这句移到「{}」，或改它们的触发词（{} 第 {} 行）。",
        winner.name, winner.place.file, winner.place.line
    );
    (cause, remedy)
}

fn lost_to_choices(
    edition: &Edition,
    rule: &Rule,
    question: &str,
    indexes: &[RuleIndex],
) -> (String, String) {
    let names: Vec<&str> =
        indexes.iter().filter_map(|index| edition.rule_at(*index)).map(|rule| &*rule.name).collect();
    let cause = format!(
        "规则「{}」的示例问题「{question}」分不清：会反问「{}」。",
        rule.name,
        names.join("」还是「")
    );
    (cause, "请把这句写得更像本规则，或从另一条规则里去掉相近的示例。".to_owned())
}
