//! 繁体 to 简体, one character at a time. OpenCC's dictionary is read once into
//! a table; phrase rules are left out on purpose, so that a character means the
//! same wherever it stands and normalising twice changes nothing.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// CJK Unified Ideographs with Extension A: all but a handful of the
/// traditional characters in use.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// Variants that OpenCC takes for characters of their own, but that people
/// use for the plain ones.
const ALSO: &[(char, char)] =
    &[('妳', '你'), ('祂', '他'), ('牠', '它'), ('祇', '只'), ('裏', '里'), ('麽', '么')];

/// The simplified form of every character from `FIRST` to `LAST`.
static TABLE: LazyLock<Vec<char>> = LazyLock::new(read_table);

pub fn simplified(c: char) -> char {
    let Some(index) = (c as u32).checked_sub(FIRST) else { return c };
    TABLE.get(index as usize).copied().unwrap_or(c)
}

fn read_table() -> Vec<char> {
    let all: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).collect();
    let mut table = convert(&all).unwrap_or_else(|| all.clone());
    for (from, to) in ALSO {
        if let Some(entry) = table.get_mut((*from as u32 - FIRST) as usize) {
            *entry = *to;
        }
    }
    // One step may lead to a character that is itself converted (薴 苧 苎).
    let once = table.clone();
    for entry in &mut table {
        let index = (*entry as u32).checked_sub(FIRST).map(|index| index as usize);
        *entry = index.and_then(|index| once.get(index)).copied().unwrap_or(*entry);
    }
    table
}

/// One call for all, a line each: much faster than a call per character.
fn convert(all: &[char]) -> Option<Vec<char>> {
    let lines: String = all.iter().flat_map(|c| [*c, '\n']).collect();
    let converted = OpenCC::from_config(BuiltinConfig::T2s).ok()?.convert(&lines);
    let table: Vec<char> =
        converted.lines().zip(all).map(|(line, c)| line.chars().next().unwrap_or(*c)).collect();
    (table.len() == all.len()).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_become_simplified_and_others_stay() {
        for (from, to) in "請問貴課費電話麵後裡乾妳薴".chars().zip("请问贵课费电话面后里干你苎".chars())
        {
            assert_eq!(simplified(from), to, "{from}");
        }
        for c in "请问a1，😀㐀".chars() {
            assert_eq!(simplified(c), c);
        }
    }

    #[test]
    fn converting_twice_changes_nothing() {
        for c in (FIRST..=LAST).filter_map(char::from_u32) {
            assert_eq!(simplified(simplified(c)), simplified(c), "{c}");
        }
    }
}
