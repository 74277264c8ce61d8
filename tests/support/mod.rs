//! The world around yingda: databases, and (below) a running service with
//! customers who write to it.

pub mod databases;
pub mod process;
pub mod proxy;
pub mod robot;
pub mod said;
pub mod service;
