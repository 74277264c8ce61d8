//! Pure text: normalisation, pinyin, n-grams. Not here: anything that knows
//! what a rule is.

pub mod normalize;

pub use normalize::Normalized;
