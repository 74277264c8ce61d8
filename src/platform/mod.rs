//! One folder per channel, the same file names in each. Knows the wire, knows
//! no rule.

pub mod wechat;
