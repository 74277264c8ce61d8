//! The WeChat official account: signatures, encryption, XML.
