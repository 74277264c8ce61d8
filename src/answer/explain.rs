//! A decision in sentences for staff. Not here: the decision itself, and what
//! customers read.

use super::decision::{Candidate, Decision, Lost, Step, Verdict};
use crate::rulebook::Rule;

/// One sentence on the whole, then one for each rule that came into question.
pub fn explain(decision: &Decision, rules: &[Rule]) -> Vec<String> {
    let mut sentences = vec![verdict(decision, rules)];
    sentences.extend(decision.why.iter().map(|candidate| reason(candidate, rules)));
    sentences
}

fn verdict(decision: &Decision, rules: &[Rule]) -> String {
    match &decision.verdict {
        Verdict::Rule(rule) => format!("由规则「{}」回答。", name(rule.position(), rules)),
        Verdict::Choices(choices) => {
            let names: Vec<&str> = choices.iter().map(|rule| name(rule.position(), rules)).collect();
            let asks_two = decision.why.iter().any(|candidate| candidate.lost == Some(Lost::OneOfTwo));
            let reason = if asks_two { "一句话问了几件事" } else { "几条规则相近" };
            format!("{reason}，请对方在「{}」中选择。", names.join("」「"))
        }
        Verdict::None => "没有规则能回答。".to_owned(),
    }
}

fn reason(candidate: &Candidate, rules: &[Rule]) -> String {
    let name = name(candidate.rule.position(), rules);
    let evidence = evidence(candidate.step, &candidate.matched);
    let percent = (candidate.score * 100.0).round();
    match &candidate.lost {
        None => format!("「{name}」：{evidence}，把握 {percent}%。"),
        Some(lost) => format!("「{name}」：{evidence}，把握 {percent}%；{}。", fate(lost)),
    }
}

fn evidence(step: Step, matched: &str) -> String {
    match step {
        Step::Equals => format!("整句等于触发词「{matched}」"),
        Step::Starts => format!("以触发词「{matched}」开头"),
        Step::Contains => format!("含有触发词「{matched}」"),
        Step::Pattern => format!("符合正则表达式 /{matched}/"),
        Step::Pinyin => format!("读音或写法接近触发词「{matched}」"),
        Step::Similar if matched.is_empty() => "与示例问法略有相似".to_owned(),
        Step::Similar => format!("像示例问法「{matched}」"),
    }
}

fn fate(lost: &Lost) -> String {
    match lost {
        Lost::Outscored => "另一条规则更有把握".to_owned(),
        Lost::Excluded(word) => format!("消息里有它的排除词「{word}」"),
        Lost::TooUnsure => "把握不够，不直接回答".to_owned(),
        Lost::NotOurs => "规则库写明这类问题不回答".to_owned(),
        Lost::Elsewhere(place) => format!("消息说的是「{place}」，不是我们"),
        Lost::Uncovered(words) => format!("消息里还有「{words}」，单凭触发词不能确定"),
        Lost::OneOfTwo => "只答得了其中一问，先请对方选".to_owned(),
        Lost::NotForAccount => "这条规则不用于这个公众号".to_owned(),
        Lost::NotValidToday => "今天不在它的有效期内".to_owned(),
    }
}

fn name(position: usize, rules: &[Rule]) -> &str {
    rules.get(position).map_or("已删除的规则", |rule| &*rule.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::RuleIndex;
    use crate::model::RuleId;
    use crate::text::Normalized;

    fn candidate(position: usize, step: Step, matched: &str, score: f32, lost: Option<Lost>) -> Candidate {
        Candidate { rule: RuleIndex::new(position), step, matched: matched.to_owned(), score, lost }
    }

    #[test]
    fn a_decision_is_told_in_sentences() {
        let names = [("price", "费用预算"), ("meals", "用餐"), ("stay", "住宿")];
        let rules: Vec<Rule> = names
            .iter()
            .map(|(id, name)| Rule::named(RuleId::parse(id).expect("a plain id"), name))
            .collect();
        let decision = Decision {
            verdict: Verdict::Rule(RuleIndex::new(0)),
            why: vec![
                candidate(0, Step::Contains, "费用", 0.914, None),
                candidate(1, Step::Similar, "一餐多少钱", 0.05, Some(Lost::Outscored)),
                candidate(2, Step::Pinyin, "住宿", 0.01, Some(Lost::Excluded("免费".to_owned()))),
                candidate(9, Step::Similar, "", 0.0, Some(Lost::TooUnsure)),
            ],
            normalized: Normalized::new("费用"),
        };

        let sentences = explain(&decision, &rules);

        assert_eq!(
            sentences,
            [
                "由规则「费用预算」回答。",
                "「费用预算」：含有触发词「费用」，把握 91%。",
                "「用餐」：像示例问法「一餐多少钱」，把握 5%；另一条规则更有把握。",
                "「住宿」：读音或写法接近触发词「住宿」，把握 1%；消息里有它的排除词「免费」。",
                "「已删除的规则」：与示例问法略有相似，把握 0%；把握不够，不直接回答。",
            ]
        );
    }
}
