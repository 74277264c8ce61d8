//! The start. Everything else is in the library, so that tests can reach it.

use std::process::ExitCode;

/// A message passes through tasks of several KB, for which the system's
/// allocator takes a slow path: benches/duel/README.md has the figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One cipher library for everything that speaks TLS. It can only be taken
    // already, and then there is nothing to do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    yingda::cli::run()
}
