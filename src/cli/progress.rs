//! A bar for work on every row of a store, to a person at a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use crate::store::Progress;

/// Draws nothing when standard error is no terminal.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
        let bar = ProgressBar::new(0);
        Self(style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style)))
    }

    pub fn show(&self, progress: Progress<'_>) {
        self.0.set_message(progress.table.to_owned());
        self.0.set_length(progress.of);
        self.0.set_position(progress.done);
    }

    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// 「1 234 567」 is easier to read than 1234567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(' ');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, shown) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number), shown);
        }
    }
}
