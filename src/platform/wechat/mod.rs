//! The WeChat official account: signatures, encryption, XML.

pub mod xml;
