//! The start. Everything else is in the library, so that tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One cipher library for everything that speaks TLS. It can only be taken
    // already, and then there is nothing to do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    yingda::cli::run()
}
