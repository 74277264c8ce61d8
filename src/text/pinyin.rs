//! How text sounds: a 汉字 by its usual reading, a run of letters by the
//! syllables it is typed in. Syllables that many speakers do not keep apart
//! (zh/z, ch/c, sh/s, and -ng/-n) count as one, so a homophone typed by mistake
//! (政归 for 正规) sounds like the word that was meant. Tones are left out:
//! nobody types them.

use std::sync::LazyLock;

use pinyin::ToPinyin as _;
use rustc_hash::FxHashMap;

/// One syllable as heard. Equal for syllables that sound alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Syllable(u16);

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// The longest syllables: zhuang, chuang, shuang.
const LONGEST: usize = 6;

/// Readings that depend on the neighbour, among words people ask us with.
const READ_TOGETHER: &[(&str, [&str; 2])] = &[
    ("便宜", ["pian", "yi"]),
    ("睡觉", ["shui", "jiao"]),
    ("空调", ["kong", "tiao"]),
    ("调整", ["tiao", "zheng"]),
    ("调换", ["tiao", "huan"]),
    ("调休", ["tiao", "xiu"]),
    ("银行", ["yin", "hang"]),
    ("了解", ["liao", "jie"]),
    ("多长", ["duo", "chang"]),
    ("长时", ["chang", "shi"]),
    ("长途", ["chang", "tu"]),
    ("长征", ["chang", "zheng"]),
    ("重新", ["chong", "xin"]),
    ("音乐", ["yin", "yue"]),
];

/// Words whose second syllable does begin with a vowel: 方案 档案 延安.
const WITH_APOSTROPHE: &[(&str, &str)] = &[("fang", "an"), ("dang", "an"), ("yan", "an")];

struct Table {
    /// By character from `FIRST`.
    readings: Vec<Option<Syllable>>,
    /// By syllable, the letter it begins with.
    initials: Vec<char>,
    together: FxHashMap<(char, char), [Syllable; 2]>,
    /// By spelling, as typed.
    spellings: FxHashMap<&'static str, Syllable>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

impl Syllable {
    /// How `c` is usually read.
    pub fn of(c: char) -> Option<Self> {
        let index = (c as u32).checked_sub(FIRST)?;
        TABLE.readings.get(index as usize).copied().flatten()
    }

    /// How `c` is read between its neighbours.
    pub fn between(previous: Option<char>, c: char, next: Option<char>) -> Option<Self> {
        let usual = Self::of(c)?;
        let pair = |first, second| TABLE.together.get(&(first, second));
        let with_next = next.and_then(|next| pair(c, next)).map(|[first, _]| *first);
        let with_previous = previous.and_then(|previous| pair(previous, c)).map(|[_, second]| *second);
        Some(with_next.or(with_previous).unwrap_or(usual))
    }

    pub fn id(self) -> u16 {
        self.0
    }

    pub fn initial(self) -> Option<char> {
        TABLE.initials.get(usize::from(self.0)).copied()
    }

    /// A character that stands for this syllable, so that tools for text work
    /// on sounds as well. From the private use area, so never in a message.
    pub fn as_char(self) -> char {
        char::from_u32(0xe000 + u32::from(self.0)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Cuts a run of letters into syllables: as few as possible, and none that
/// begins with a vowel unless it must (zhu na li, not zhun a li). None when
/// letters are left over: then it is not pinyin.
pub fn segment(letters: &str) -> Option<Vec<Syllable>> {
    /// Beyond this a run of letters is not something a person typed.
    const MAX_LETTERS: usize = 120;
    if letters.len() > MAX_LETTERS || !letters.is_ascii() {
        return None;
    }
    let ways = cheapest_ways(letters);
    let mut syllables = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let length = ways.get(at).copied().flatten()?.length;
        syllables.push(spelled(letters.get(at..at + length)?)?);
        at += length;
    }
    Some(syllables)
}

/// The next syllable on the cheapest way to the end.
#[derive(Clone, Copy)]
struct Way {
    length: usize,
    cost: usize,
}

/// For each position, how to go on. Worked out from the end.
fn cheapest_ways(letters: &str) -> Vec<Option<Way>> {
    let end = letters.len();
    let mut ways: Vec<Option<Way>> = vec![None; end + 1];
    if let Some(last) = ways.last_mut() {
        *last = Some(Way { length: 0, cost: 0 });
    }
    for at in (0..end).rev() {
        let next = (1..=LONGEST.min(end - at)).filter_map(|length| {
            let rest = ways.get(at + length).copied().flatten()?;
            Some(Way { length, cost: rest.cost + cost(letters, at, length)? })
        });
        let cheapest = next.min_by_key(|way| (way.cost, LONGEST - way.length));
        if let Some(way) = ways.get_mut(at) {
            *way = cheapest;
        }
    }
    ways
}

/// None when no syllable stands there.
fn cost(letters: &str, at: usize, length: usize) -> Option<usize> {
    let syllable = letters.get(at..at + length)?;
    spelled(syllable)?;
    let begins_with_vowel = syllable.starts_with(['a', 'e', 'o']);
    let follows = |word: &&(&str, &str)| {
        letters.get(..at).is_some_and(|before| before.ends_with(word.0)) && syllable == word.1
    };
    let is_odd = at > 0 && begins_with_vowel && !WITH_APOSTROPHE.iter().any(|word| follows(&word));
    Some(if is_odd { 3 } else { 2 })
}

fn spelled(letters: &str) -> Option<Syllable> {
    TABLE.spellings.get(letters).copied()
}

impl Table {
    fn read() -> Self {
        let mut sounds: FxHashMap<String, Syllable> = FxHashMap::default();
        let mut spellings = FxHashMap::default();
        let mut readings = Vec::new();
        let mut initials = Vec::new();
        for c in (FIRST..=LAST).filter_map(char::from_u32) {
            let reading = c.to_pinyin().map(|reading| {
                let next = Syllable(u16::try_from(sounds.len()).unwrap_or(u16::MAX));
                let syllable = *sounds.entry(as_heard(reading.plain())).or_insert(next);
                if syllable == next {
                    initials.extend(reading.plain().chars().next());
                }
                // m, n and hm are interjections; as syllables they would let
                // any run of letters pass for pinyin.
                if reading.plain().contains(['a', 'e', 'i', 'o', 'u', 'ü']) {
                    spellings.insert(reading.plain(), syllable);
                }
                syllable
            });
            readings.push(reading);
        }
        // ü is typed as v.
        for (typed, written) in [("lv", "lü"), ("nv", "nü"), ("lve", "lüe"), ("nve", "nüe"), ("lue", "lüe")]
        {
            if let Some(syllable) = spellings.get(written).copied() {
                spellings.insert(typed, syllable);
            }
        }
        let together = READ_TOGETHER.iter().filter_map(|(word, [first, second])| {
            let mut characters = word.chars();
            let pair = (characters.next()?, characters.next()?);
            Some((pair, [*spellings.get(first)?, *spellings.get(second)?]))
        });
        let together = together.collect();
        Self { readings, initials, together, spellings }
    }
}

/// Folds what many speakers do not tell apart.
fn as_heard(spelling: &str) -> String {
    let mut heard = spelling.replacen("zh", "z", 1).replacen("ch", "c", 1).replacen("sh", "s", 1);
    // -ong has no -on beside it, so it is left alone.
    if heard.ends_with("ang") || heard.ends_with("eng") || heard.ends_with("ing") {
        heard.pop();
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(text: &str) -> Vec<Option<Syllable>> {
        text.chars().map(Syllable::of).collect()
    }

    #[test]
    fn homophones_sound_alike() {
        for (wrong, right) in [("政归", "正规"), ("课成", "课程"), ("师姿", "狮子"), ("森活", "生活")]
        {
            assert_eq!(sounds(wrong), sounds(right), "{wrong} {right}");
        }
        assert_ne!(sounds("费用"), sounds("会用"));
    }

    #[test]
    fn typed_letters_are_cut_into_syllables() {
        for (typed, meant) in [
            ("nimenshishenmedanwei", "你们是什么单位"),
            ("lianxidianhua", "联系电话"),
            ("hongjunfu", "红军服"),
            ("lvyou", "旅游"),
            ("zhunali", "住哪里"),
            ("peixunfangan", "培训方案"),
            ("xian", "先"),
        ] {
            let segmented: Option<Vec<Option<Syllable>>> =
                segment(typed).map(|syllables| syllables.into_iter().map(Some).collect());
            assert_eq!(segmented, Some(sounds(meant)), "{typed}");
        }
    }

    #[test]
    fn words_that_are_not_pinyin_are_left() {
        for word in ["certificate", "wifi", "asdfghjkl", "ok", "hm", "pdf"] {
            assert_eq!(segment(word), None, "{word}");
        }
        assert_eq!(segment(&"a".repeat(121)), None);
    }

    #[test]
    fn a_syllable_becomes_a_character_no_message_holds() {
        let c = Syllable::of('费').map(Syllable::as_char);

        assert!(c.is_some_and(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)));
    }
}
