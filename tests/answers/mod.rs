//! The shipped rulebook and the engine together: what the centre's customers
//! get.

mod shipped;
