//! The world around yingda: databases, and (below) a running service with
//! customers who write to it.

pub mod browser;
pub mod chromium;
pub mod databases;
pub mod html;
pub mod process;
pub mod proxy;
pub mod robot;
pub mod said;
pub mod script;
pub mod service;
pub mod versions;
