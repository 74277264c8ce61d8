//! The rulebook that ships: that it may go live, and how well it answers what
//! people really type.

mod ablation;
mod labelled;
mod quality;
mod shipped;
