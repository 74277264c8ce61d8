//! Pure text: one spelling for what is typed in many, how it sounds, what it
//! is made of. Not here: anything that knows what a rule is.

pub mod alike;
pub mod ngrams;
pub mod normalize;
pub mod pinyin;
mod simplified;
pub mod sounds;
mod wording;

pub use normalize::Normalized;
