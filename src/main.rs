//! The start. Everything else is in the library, so that tests can reach it.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Messages are many small allocations; the system's allocator cost a sixth of
/// the time of each (benches/duel).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    // One cipher library for everything that speaks TLS. It can only be taken
    // already, and then there is nothing to do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    yingda::cli::run()
}
