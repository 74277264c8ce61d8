//! Changes a list in TOML item by item: items that stay keep their place, their
//! line and the comments beside them.

use toml_edit::{Array, Value};

/// A list goes on in the next line beyond this many characters.
const MOST_IN_A_LINE: usize = 76;
const NEW_LINE: &str = "\n  ";

/// `raw` is the list with its brackets. None: it holds more than texts.
pub fn change(raw: &str, wanted: &[String]) -> Option<String> {
    let Value::Array(mut array) = raw.parse().ok()? else { return None };
    let old: Vec<Value> = array.iter().cloned().collect();
    let texts: Vec<&str> = old.iter().map(Value::as_str).collect::<Option<_>>()?;
    if old.is_empty() || wanted.is_empty() {
        return Some(fresh(wanted));
    }
    let stays = in_common(&texts, wanted);
    let mut weaver = Weaver::new(&array, &old);
    let mut wanted_at = 0;
    for (value, place) in old.into_iter().zip(stays) {
        let Some(place) = place else {
            weaver.drop(&value);
            continue;
        };
        for text in wanted.get(wanted_at..place).unwrap_or_default() {
            weaver.add(text);
        }
        weaver.keep(value);
        wanted_at = place + 1;
    }
    for text in wanted.get(wanted_at..).unwrap_or_default() {
        weaver.add(text);
    }
    Some(weaver.finish(&mut array, wanted))
}

/// A list as we write it ourselves.
pub fn fresh(values: &[String]) -> String {
    let written: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let line = format!("[{}]", written.join(", "));
    if line.chars().count() <= MOST_IN_A_LINE && !line.contains('\n') {
        return line;
    }
    let mut text = String::from("[");
    let mut length = MOST_IN_A_LINE;
    for item in written {
        let more = item.chars().count() + 2;
        let is_full = length + more > MOST_IN_A_LINE;
        text.push_str(if is_full { NEW_LINE } else { " " });
        length = if is_full { NEW_LINE.len() + more } else { length + more };
        text.push_str(&item);
        text.push(',');
    }
    text.push_str("\n]");
    text
}

pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// For each of `old`, its place in `new`, or none for one that goes: the
/// longest run that stays in order.
fn in_common(old: &[&str], new: &[String]) -> Vec<Option<usize>> {
    let mut table = vec![vec![0_u32; new.len() + 1]];
    for item in old.iter().rev() {
        let below = table.last().cloned().unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        for (at, other) in new.iter().enumerate().rev() {
            let get = |row: &[u32], at: usize| row.get(at).copied().unwrap_or(0);
            let length =
                if item == other { get(&below, at + 1) + 1 } else { get(&below, at).max(get(&row, at + 1)) };
            if let Some(cell) = row.get_mut(at) {
                *cell = length;
            }
        }
        table.push(row);
    }
    table.reverse();
    let length = |a: usize, b: usize| table.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0);
    let (mut at, mut places) = (0, Vec::with_capacity(old.len()));
    for (position, item) in old.iter().enumerate() {
        while length(position, at + 1) == length(position, at)
            && length(position, at) > length(position + 1, at)
        {
            at += 1;
        }
        let stays = new.get(at).is_some_and(|other| other == item);
        places.push(stays.then_some(at));
        at += usize::from(stays);
    }
    places
}

/// Puts the new list together, item by item.
struct Weaver {
    items: Vec<Value>,
    is_single_line: bool,
    has_one_a_line: bool,
    has_comments: bool,
    indent: String,
    /// White space and comments before an item that went.
    left: Option<String>,
    /// Characters in the line that is being written.
    length: usize,
    /// New items wait until it is known what stands after them.
    waiting: Vec<String>,
    trailing: String,
}

impl Weaver {
    fn new(array: &Array, old: &[Value]) -> Self {
        let trailing = array.trailing().as_str().unwrap_or_default().to_owned();
        let breaks = old.iter().filter(|value| before(value).contains('\n')).count();
        let indent = old.iter().map(before).find_map(|space| Some(space.rsplit_once('\n')?.1.to_owned()));
        Self {
            items: Vec::with_capacity(old.len()),
            is_single_line: breaks == 0 && !trailing.contains('\n'),
            has_one_a_line: breaks > 1 && breaks >= old.len(),
            has_comments: trailing.contains('#') || old.iter().any(|value| before(value).contains('#')),
            indent: indent.unwrap_or_else(|| NEW_LINE.trim_start_matches('\n').to_owned()),
            left: None,
            length: 0,
            waiting: Vec::new(),
            trailing,
        }
    }

    fn drop(&mut self, value: &Value) {
        let space = self.with_left(before(value));
        self.left = Some(space);
    }

    fn add(&mut self, text: &str) {
        self.waiting.push(text.to_owned());
    }

    fn keep(&mut self, value: Value) {
        let space = self.with_left(before(&value));
        let space = self.put_waiting(space);
        self.push(value, &space);
    }

    /// What stood before an item that went and what stands before the next: a
    /// comment stays, and so does a line break.
    fn with_left(&mut self, space: &str) -> String {
        let Some(left) = self.left.take() else { return space.to_owned() };
        match (left.contains('#'), space.contains('#')) {
            (true, true) => format!(
                "{}{}",
                left.trim_end(),
                if space.starts_with('\n') {
                    space.to_owned()
                } else {
                    format!("\n{}{}", self.indent, space.trim_start())
                }
            ),
            (true, false) => left,
            (false, true) => space.to_owned(),
            (false, false) if self.items.is_empty() || left.contains('\n') && !space.contains('\n') => left,
            (false, false) => space.to_owned(),
        }
    }

    /// A comment at the end of the line belongs to the item before it.
    fn put_waiting(&mut self, mut space: String) -> String {
        for text in std::mem::take(&mut self.waiting) {
            let value = Value::from(text);
            let width = value.to_string().chars().count() + 3;
            let wraps = self.has_one_a_line || self.length + width > MOST_IN_A_LINE;
            let rest = match space.split_once('\n') {
                Some((comment, rest)) if comment.contains('#') => {
                    let own = format!("{comment}\n{}", self.indent);
                    self.push(value, &own);
                    space = format!("\n{rest}");
                    continue;
                }
                _ => space,
            };
            space = rest;
            if self.items.is_empty() {
                // It takes the first one's place.
                let own = space.clone();
                self.push(value, &own);
                space = if self.has_one_a_line { format!("\n{}", self.indent) } else { " ".to_owned() };
            } else if wraps && !self.is_single_line {
                let own = format!("\n{}", self.indent);
                self.push(value, &own);
            } else {
                self.push(value, " ");
            }
        }
        space
    }

    fn push(&mut self, mut value: Value, space: &str) {
        let suffix = value.decor().suffix().and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
        value = value.decorated(space, suffix);
        let written = value.to_string();
        let line = written.rsplit('\n').next().unwrap_or_default().chars().count();
        self.length = if written.contains('\n') { line } else { self.length + line } + 1;
        self.items.push(value);
    }

    fn finish(mut self, array: &mut Array, wanted: &[String]) -> String {
        let trailing = std::mem::take(&mut self.trailing);
        let left = self.left.take().filter(|left| left.contains('#'));
        let trailing = match left {
            Some(left) if trailing.contains('\n') => format!("{}{trailing}", left.trim_end()),
            Some(left) => format!("{}\n{trailing}", left.trim_end()),
            None => trailing,
        };
        let trailing = self.put_waiting(trailing);
        let has_comma = array.trailing_comma() || !self.is_single_line || trailing.contains('#');
        array.clear();
        self.items.into_iter().for_each(|value| array.push_formatted(value));
        array.set_trailing(trailing);
        array.set_trailing_comma(has_comma && !array.is_empty());
        let written = array.to_string();
        let is_too_long =
            self.is_single_line && !self.has_comments && written.chars().count() > MOST_IN_A_LINE;
        if is_too_long { fresh(wanted) } else { written.trim().to_owned() }
    }
}

fn before(value: &Value) -> &str {
    value.decor().prefix().and_then(|raw| raw.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_changes_where_it_changes_and_nowhere_else() {
        const SECTIONS: &str = "[\n  # 电话\n  \"a\",\n  \"b\",  # 常问\n\n  # 微信\n  \"c\",\n]";
        const PACKED: &str = "[\n  \"a\", \"b\",\n  \"c\",\n]";
        let cases: &[(&str, &str, &[&str], &str)] = &[
            ("one more", r#"["a", "b"]"#, &["a", "b", "c"], r#"["a", "b", "c"]"#),
            ("one less", r#"["a", "b"]"#, &["b"], r#"["b"]"#),
            ("a new first", r#"["a", "b"]"#, &["x", "a", "b"], r#"["x", "a", "b"]"#),
            ("another order", r#"["a", "b"]"#, &["b", "a"], r#"["b", "a"]"#),
            ("one replaced", r#"["a","b","c"]"#, &["a", "x", "c"], r#"["a", "x","c"]"#),
            ("the last of a packed list", PACKED, &["a", "b"], "[\n  \"a\", \"b\",\n]"),
            ("the first of a packed line", PACKED, &["b", "c"], "[\n  \"b\",\n  \"c\",\n]"),
            (
                "one more in a packed list",
                PACKED,
                &["a", "b", "c", "d"],
                "[\n  \"a\", \"b\",\n  \"c\", \"d\",\n]",
            ),
            (
                "below a heading",
                SECTIONS,
                &["b", "c"],
                "[\n  # 电话\n  \"b\",  # 常问\n\n  # 微信\n  \"c\",\n]",
            ),
            (
                "one more after a comment",
                SECTIONS,
                &["a", "b", "x", "c"],
                "[\n  # 电话\n  \"a\",\n  \"b\",  # 常问\n  \"x\",\n\n  # 微信\n  \"c\",\n]",
            ),
            (
                "all of a section",
                SECTIONS,
                &["a", "b"],
                "[\n  # 电话\n  \"a\",\n  \"b\",  # 常问\n\n  # 微信\n]",
            ),
            ("into an empty list", "[]", &["a"], r#"["a"]"#),
        ];
        for (name, raw, wanted, expected) in cases {
            let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(change(raw, &wanted).as_deref(), Some(*expected), "{name}");
        }
    }

    #[test]
    fn a_long_list_is_written_in_lines() {
        let values: Vec<String> = (0..12).map(|n| format!("第{n}个触发词")).collect();

        let written = fresh(&values);

        assert!(written.lines().all(|line| line.chars().count() <= MOST_IN_A_LINE + 2), "{written}");
        assert_eq!(change(&written, &values).as_deref(), Some(written.as_str()));
    }
}
