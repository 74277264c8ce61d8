//! The public pages as a visitor's browser gets them.

mod colours;
mod health;
mod hostile;
mod pages;
mod protection;
mod visit;
