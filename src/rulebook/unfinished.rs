//! `〔待填写：…〕`, what staff leave where a fact is missing. A text that holds
//! one is never sent (D7).

/// Right after a bracket. 待填写 is what we teach; the others are what people write.
const WAITS: [&str; 4] = ["待填", "待补", "TBD", "TODO"];

/// Staff type whichever bracket is at hand.
const BRACKETS: &[(char, char)] = &[
    ('〔', '〕'),
    ('【', '】'),
    ('［', '］'),
    ('[', ']'),
    ('（', '）'),
    ('(', ')'),
    ('「', '」'),
    ('｛', '｝'),
    ('{', '}'),
];

pub fn is_unfinished(text: &str) -> bool {
    unfinished_part(text).is_some()
}

/// The first bracket that waits to be filled in; without its end, the rest.
pub fn unfinished_part(text: &str) -> Option<&str> {
    let waits = WAITS.iter().flat_map(|word| text.match_indices(word));
    waits
        .filter_map(|(offset, _)| {
            let (start, opening) = text.get(..offset)?.char_indices().next_back()?;
            let (_, closing) = BRACKETS.iter().find(|(known, _)| *known == opening)?;
            let rest = text.get(start..)?;
            let end = rest.find(*closing).map_or(rest.len(), |end| end + closing.len_utf8());
            rest.get(..end)
        })
        .min_by_key(|part| part.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_that_waits_to_be_filled_in_is_found() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("the usual one", "住在〔待填写：地址〕。", Some("〔待填写：地址〕")),
            ("without words", "〔待填写〕", Some("〔待填写〕")),
            ("other brackets inside", "〔待填写：（单间/标间）〕。", Some("〔待填写：（单间/标间）〕")),
            ("another bracket", "【待填写】", Some("【待填写】")),
            ("another word", "住宿：〔待补充：地址〕", Some("〔待补充：地址〕")),
            ("a shorter one", "住宿：〔待填：住哪里〕。", Some("〔待填：住哪里〕")),
            ("the first of two", "〔TBD〕和〔待填写〕", Some("〔TBD〕")),
            ("a document's number", "国发〔2023〕5号", None),
            ("never closed", "住在〔待填写：地址", Some("〔待填写：地址")),
            ("the words alone are a sentence", "请把待填写的表格发来。", None),
            ("finished", "住在中心。", None),
        ];
        for (name, text, expected) in cases {
            assert_eq!(unfinished_part(text), *expected, "{name}");
        }
    }
}
