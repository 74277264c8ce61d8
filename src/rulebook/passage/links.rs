//! Links that lead nowhere, and options numbered out of order.

use super::super::fields::closest;
use super::super::markup::{Link, Target, Token, tokens};
use super::super::problem::Problem;
use super::super::template::is_template;
use super::{Compiler, Spot};
use crate::model::{ArticleId, RuleId};

/// Among more ids than this, no suggestion is looked for: a table with a
/// hundred thousand rules and as many broken links must not take minutes.
const MAX_COMPARED: usize = 2000;

impl Compiler<'_> {
    pub(super) fn report_links(&self, text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) {
        if let Some(offset) = text.find("]（") {
            let around =
                text.get(offset..).and_then(|rest| rest.split(['）', '\n']).next()).unwrap_or_default();
            let problem = Problem::error("full-width", "链接的括号是全角的。")
                .remedy("请把（ ）改成英文括号，例如：[联系顾问](rule:contact)");
            problems.push(spot.locate(problem, around));
        }
        let mut position = 0;
        for token in tokens(text) {
            let Token::Link(link) = token else { continue };
            let written = text.get(link.at.clone()).unwrap_or_default();
            if let Some(problem) = self.problem_of(&link) {
                problems.push(spot.locate(problem, written));
            }
            if let Some(number) = link.number {
                position += 1;
                if number != position {
                    let problem = Problem::warning(
                        "wrong-number",
                        format!("这一项写的是 {number}，排在第 {position}。"),
                    )
                    .remedy(format!("发出时会显示为 {position}，请照着改。"));
                    problems.push(spot.locate(problem, written));
                }
            }
        }
    }

    fn problem_of(&self, link: &Link<'_>) -> Option<Problem> {
        match link.target {
            // The id is only known once the template is filled in.
            Target::Rule(id) | Target::Form(id) | Target::Article(id) if is_template(id) => None,
            Target::Rule(id) if self.targets.off.contains(id) => Some(turned_off(id)),
            Target::Rule(id) if self.targets.rules.contains_key(id) => None,
            Target::Rule(id) => Some(dangling("规则", id, self.targets.rules.keys().map(RuleId::as_str))),
            Target::Form(id) if self.targets.forms.contains_key(id) => None,
            Target::Form(id) => Some(no_form(id)),
            Target::Article(id) if self.targets.articles.contains(id) => None,
            Target::Article(id) => {
                Some(dangling("文章", id, self.targets.articles.iter().map(ArticleId::as_str)))
            }
            Target::Url(_) => None,
            Target::Unknown(written) => Some(unknown_target(written)),
        }
    }
}

/// Ids are short: 「voice」 shares three letters with 「price」 and is not meant by it.
const SLIP: f64 = 0.65;

fn dangling<'k>(what: &str, id: &str, known: impl Iterator<Item = &'k str>) -> Problem {
    let is_slip = |known: &&str| strsim::normalized_damerau_levenshtein(id, known) >= SLIP;
    let remedy = match closest(id, known.take(MAX_COMPARED)).filter(is_slip) {
        Some(known) => format!("是不是 {known} ？"),
        None => format!("请先写这{}{what}，或改掉链接。", if what == "规则" { "条" } else { "篇" }),
    };
    Problem::error("dangling", format!("没有编号为 {id} 的{what}。")).remedy(remedy)
}

fn turned_off(id: &str) -> Problem {
    Problem::warning("link-to-disabled", format!("链接的规则 {id} 停用了，点了不会有它的回复。"))
        .remedy("请启用那条规则，或改掉链接。")
}

fn no_form(id: &str) -> Problem {
    Problem::error("dangling", format!("没有打开表单 {id} 的规则。"))
        .remedy(format!("请写一条 kind = \"form\"、form = \"{id}\" 的规则，或改掉链接。"))
}

fn unknown_target(written: &str) -> Problem {
    let problem = Problem::error("bad-link", format!("链接「{written}」的写法不认识。"));
    if written.contains('：') {
        return problem.remedy(format!("请用英文冒号：{}", written.replacen('：', ":", 1)));
    }
    if written.starts_with("www.") {
        return problem.remedy(format!("请写全：https://{written}"));
    }
    problem.remedy("可以写 rule:编号、form:编号、article:编号、https://…、tel:电话。")
}
