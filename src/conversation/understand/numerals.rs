//! Numbers as people write them: 45, 五十, 一百二, 2百, 三四十, 二〇二七.

/// Beyond it nobody means a headcount or a date.
const MOST: u32 = 9_999_999;

/// A number at the beginning, and what follows it.
pub fn leading(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let number = text.get(..digits)?.parse().ok().filter(|number| *number <= MOST)?;
        return Some(times_unit(number, text.get(digits..)?));
    }
    spoken(text)
}

/// 三四十 is 30 to 40, 十七八 is 17 to 18, 一两百 is 100 to 200.
pub fn leading_range(text: &str) -> Option<((u32, u32), &str)> {
    let (tens, rest) = leading_tens(text);
    let (low, rest) = digit(rest)?;
    let (high, rest) = digit(rest)?;
    if low == 0 || high <= low || high - low > 2 || digit(rest).is_some() {
        return None;
    }
    let (unit, after) = unit(rest);
    match (tens, unit) {
        (Some(_), 2..) => None,
        (Some(tens), _) => Some(((tens + low, tens + high), rest)),
        (None, unit) => Some(((low * unit, high * unit), after)),
    }
}

/// 十 or 二十, if two more digits follow it.
fn leading_tens(text: &str) -> (Option<u32>, &str) {
    let (count, rest) = digit(text).unwrap_or((1, text));
    match rest.strip_prefix('十') {
        Some(after) if digit(after).is_some() => (Some(count * 10), after),
        Some(_) | None => (None, text),
    }
}

fn times_unit(number: u32, rest: &str) -> (u32, &str) {
    let (unit, after) = unit(rest);
    match number.checked_mul(unit).filter(|product| *product <= MOST && unit > 10) {
        Some(product) => (product, after),
        None => (number, rest),
    }
}

fn spoken(text: &str) -> Option<(u32, &str)> {
    let mut rest = text;
    let mut total: u32 = 0;
    let mut last_unit: u32 = 0;
    let mut after_zero = false;
    let mut read = false;
    loop {
        let Some((number, after)) = digit(rest) else {
            // 十五: a unit without a digit before it counts once, at the beginning.
            let (unit, after) = unit(rest);
            if read || unit != 10 {
                break;
            }
            (total, last_unit, rest, read) = (10, 10, after, true);
            continue;
        };
        if let Some(positional) = (!read).then(|| positional(rest)).flatten() {
            return Some(positional);
        }
        if number == 0 {
            (after_zero, rest) = (true, after);
            continue;
        }
        let (unit, after_unit) = unit(after);
        if last_unit > 0 && unit >= last_unit || last_unit == 1 {
            break;
        }
        // 一百五 is 150; 一百零五 is 105.
        let unit = if unit == 1 && last_unit >= 100 && !after_zero { last_unit / 10 } else { unit };
        total = total.checked_add(number.checked_mul(unit)?)?;
        (rest, read, last_unit, after_zero) = (after_unit, true, unit, false);
    }
    (read && total <= MOST).then_some((total, rest))
}

/// 二〇二七, 五零: digits one after the other, and no unit behind them.
fn positional(text: &str) -> Option<(u32, &str)> {
    let mut rest = text;
    let mut digits = 0_u32;
    let mut number: u32 = 0;
    while let Some((digit, after)) = digit(rest) {
        number = number.checked_mul(10)?.checked_add(digit)?;
        (rest, digits) = (after, digits + 1);
    }
    let (unit, _) = unit(rest);
    (digits >= 2 && unit == 1 && number <= MOST && leading_range(text).is_none()).then_some((number, rest))
}

fn digit(text: &str) -> Option<(u32, &str)> {
    let first = text.chars().next()?;
    let value = match first {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '俩' | '贰' => 2,
        '三' | '仨' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some((value, text.get(first.len_utf8()..)?))
}

/// What the unit at the beginning multiplies with; 1 when there is none.
fn unit(text: &str) -> (u32, &str) {
    const UNITS: [(char, u32); 7] =
        [('十', 10), ('拾', 10), ('百', 100), ('佰', 100), ('千', 1_000), ('仟', 1_000), ('万', 10_000)];
    UNITS.iter().find_map(|(unit, factor)| Some((*factor, text.strip_prefix(*unit)?))).unwrap_or((1, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cases: &[(&str, u32, &str)] = &[
            ("45人", 45, "人"),
            ("五十来人", 50, "来人"),
            ("十五", 15, ""),
            ("二十", 20, ""),
            ("一百二十", 120, ""),
            ("一百五", 150, ""),
            ("一百零五", 105, ""),
            ("两百", 200, ""),
            ("2百", 200, ""),
            ("一千二", 1_200, ""),
            ("二〇二七年", 2027, "年"),
            ("五零", 50, ""),
            ("三月", 3, "月"),
            ("十二号", 12, "号"),
        ];
        for (text, number, rest) in cases {
            assert_eq!(leading(text), Some((*number, *rest)), "{text}");
        }
    }

    #[test]
    fn two_digits_side_by_side_are_a_range() {
        let cases: &[(&str, (u32, u32), &str)] = &[
            ("三四十人", (30, 40), "人"),
            ("四五个", (4, 5), "个"),
            ("十七八个", (17, 18), "个"),
            ("二十五六", (25, 26), ""),
            ("一两百", (100, 200), ""),
            ("三五十", (30, 50), ""),
            ("三四月", (3, 4), "月"),
        ];
        for (text, range, rest) in cases {
            assert_eq!(leading_range(text), Some((*range, *rest)), "{text}");
            assert_ne!(leading(text).map(|(number, _)| number), Some(range.0 + range.1), "{text}");
        }
        assert_eq!(leading_range("五十"), None);
        assert_eq!(leading_range("二〇二七"), None);
    }

    proptest! {
        #[test]
        fn reading_a_number_never_fails(text in "[0-9零一二两三四五六七八九十百千万人]{0,12}") {
            let _ = (leading(&text), leading_range(&text));
        }

        #[test]
        fn an_arabic_number_is_itself(number in 0u32..=999_999) {
            let text = format!("{number}人");
            prop_assert_eq!(leading(&text), Some((number, "人")));
        }
    }
}
