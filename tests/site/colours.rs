//! Words can be read on what lies behind them, by day and by night.

use std::collections::HashMap;

use super::visit::Served;

/// WCAG 2.2, 1.4.3: text of normal size.
const LEAST_CONTRAST: f64 = 4.5;

const PAIRS: [(&str, &str); 9] = [
    ("ink", "paper"),
    ("ink", "card"),
    ("soft", "paper"),
    ("soft", "card"),
    ("accent", "paper"),
    ("accent", "card"),
    ("on-accent", "accent"),
    ("on-note", "note"),
    ("accent", "note"),
];

#[tokio::test]
async fn every_pair_of_colours_has_enough_contrast_in_both_schemes() {
    let served = Served::sample().await;
    let style = served.get("/assets/site.css").await.body;
    let (light, dark) = style.split_once("prefers-color-scheme: dark").expect("two schemes");

    for (scheme, rules) in [("light", light), ("dark", dark)] {
        let colours = colours_of(rules);
        for (words, behind) in PAIRS {
            let contrast = contrast(luminance(colours[words]), luminance(colours[behind]));

            assert!(contrast >= LEAST_CONTRAST, "{scheme}: {words} on {behind} is {contrast:.1}:1");
        }
    }
}

/// The custom properties that are colours.
fn colours_of(rules: &str) -> HashMap<&str, &str> {
    let declarations =
        rules.split(';').filter_map(|declaration| declaration.rsplit_once("--")?.1.split_once(": #"));
    declarations.collect()
}

/// WCAG 2.2, "relative luminance".
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let digits = hex.get(at..at + 2).expect("six hex digits");
        let value = f64::from(u8::from_str_radix(digits, 16).expect("hex digits")) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
