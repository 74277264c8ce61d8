//! `〔待填写：…〕`, what staff leave where a fact is missing. A text that holds
//! one is never sent (D7).

use super::Files;

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

/// A bracket that waits, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub text: String,
}

/// Every one of the folder, in the order of files and lines. What is commented
/// out, transcripts and notes for people count for nothing.
pub fn missing(files: &Files) -> Vec<Missing> {
    const READ: [&str; 4] = [".md", ".csv", ".toml", ".txt"];
    let mut found = Vec::new();
    for (path, text) in files.texts() {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        if name.starts_with("readme") || !READ.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        for (line, written) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with('#'))
        {
            let mut rest = written;
            while let Some(part) = unfinished_part(rest) {
                found.push(Missing { file: path.to_owned(), line, text: part.to_owned() });
                let end = (part.as_ptr() as usize + part.len()).saturating_sub(rest.as_ptr() as usize);
                rest = rest.get(end..).unwrap_or_default();
            }
        }
    }
    found
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

    #[test]
    fn every_place_that_waits_is_found_with_its_line() {
        let mut files = Files::default();
        files.insert("README.md", "〔待填写〕".as_bytes());
        files.insert(
            "rules/a.md",
            "+++\n# 〔待填写：不算〕\n+++\n住〔待填写：哪里〕，吃〔待填写〕。\n".as_bytes(),
        );

        let found: Vec<_> = missing(&files).into_iter().map(|one| (one.file, one.line, one.text)).collect();

        let at = |text: &str| ("rules/a.md".to_owned(), 4, text.to_owned());
        assert_eq!(found, [at("〔待填写：哪里〕"), at("〔待填写〕")]);
    }
}
