//! What staff have still to fill in, 〔待填写…〕, is never shown (D7): a page
//! leaves the line or the field out.

use crate::rulebook::unfinished::is_unfinished;

pub(super) fn without_unfinished_lines(text: &str) -> String {
    let finished: Vec<&str> = text.lines().filter(|line| !is_unfinished(line)).collect();
    finished.join("\n")
}

/// A field that says something.
pub(super) fn filled(field: Option<&str>) -> Option<&str> {
    field.map(str::trim).filter(|text| !text.is_empty() && !is_unfinished(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_is_left_out_and_the_others_stay() {
        let text = "第一行\n地址：〔待填写：门牌号〕\n第三行";

        assert_eq!(without_unfinished_lines(text), "第一行\n第三行");
    }

    #[test]
    fn an_empty_or_unfinished_field_says_nothing() {
        assert_eq!(filled(Some(" 顾问 ")), Some("顾问"));
        assert_eq!(filled(Some("  ")), None);
        assert_eq!(filled(Some("〔待填写〕")), None);
        assert_eq!(filled(None), None);
    }
}
