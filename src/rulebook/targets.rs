//! What a reply can lead to: the rulebook's rules, forms and articles by id.

use rustc_hash::{FxHashMap, FxHashSet};

use super::markup::{Link, Target, Token, tokens};
use super::reply::Piece;
use crate::model::{ArticleId, FormId, RuleId};

#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Where each rule stands.
    pub rules: FxHashMap<RuleId, u32>,
    /// The rule that opens each form: tapping a form's option fires it.
    pub forms: FxHashMap<FormId, RuleId>,
    pub articles: FxHashSet<ArticleId>,
    /// Rules that are turned off: a link to one leads nowhere for now.
    pub off: FxHashSet<RuleId>,
}

impl Targets {
    /// `text` with every link led to its target. A link that leads nowhere
    /// becomes its label, and `dangling` is told.
    pub fn pieces(&self, text: &str, mut dangling: impl FnMut(&Link<'_>)) -> Box<[Piece]> {
        let mut pieces = Vec::new();
        let mut numbered = 0;
        for token in tokens(text) {
            match token {
                Token::Plain(plain) => push_plain(&mut pieces, plain),
                Token::Link(link) => {
                    if link.number.is_some() {
                        numbered += 1;
                        push_plain(&mut pieces, &format!("{numbered} "));
                    }
                    match self.lead(&link) {
                        Some(piece) => pieces.push(piece),
                        None => {
                            dangling(&link);
                            push_plain(&mut pieces, link.label);
                        }
                    }
                }
            }
        }
        pieces.into()
    }

    fn lead(&self, link: &Link<'_>) -> Option<Piece> {
        let label = link.label.into();
        let numbered = link.number.is_some();
        Some(match link.target {
            Target::Rule(id) => {
                let (rule, _) = self.rules.get_key_value(id)?;
                Piece::Option { label, rule: rule.clone(), numbered }
            }
            Target::Form(id) => Piece::Option { label, rule: self.forms.get(id)?.clone(), numbered },
            Target::Article(id) => Piece::Article { label, article: self.articles.get(id)?.clone() },
            Target::Url(url) => Piece::Link { label, url: url.into() },
            Target::Unknown(_) => return None,
        })
    }
}

fn push_plain(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Plain(last)) = pieces.last_mut() {
        *last = [last, text].concat().into();
    } else {
        pieces.push(Piece::Plain(text.into()));
    }
}
