//! A message in the pieces its writer made. Long messages introduce themselves
//! first and ask last; each piece can be looked at alone. Not here: grammar.

/// The pieces between sentence marks, commas and line ends, none empty. Works
/// on what was typed, because normalised text has no marks left.
pub fn clauses(raw: &str) -> impl Iterator<Item = &str> {
    raw.split(ends_a_clause).map(str::trim).filter(|clause| !clause.is_empty())
}

fn ends_a_clause(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '，' | '!' | '?' | ';' | ',' | '\n' | '\r' | '…' | '~' | '～')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_at_its_marks() {
        let pieces: Vec<&str> = clauses("您好，我们16个人。 能单独组班吗？？\n谢谢").collect();

        assert_eq!(pieces, ["您好", "我们16个人", "能单独组班吗", "谢谢"]);
        assert_eq!(clauses("？！。").count(), 0);
    }
}
