//! A schema-driven tester (schemathesis) sends what the document allows and
//! what it does not, and judges every answer. `tests/run` installs it; without
//! it this is left out, and a line says so.

use std::net::SocketAddr;
use std::process::{Command, Output};

use yingda::model::Role;

use super::document::seed;
use crate::support::script::Script;
use crate::support::service::{Setup, Yingda};

/// The program; set by `tests/run`.
const PROGRAM_VARIABLE: &str = "YINGDA_TEST_SCHEMATHESIS";
/// For longer than a run of the tests takes.
const SECONDS_VARIABLE: &str = "YINGDA_FUZZ_SECONDS";
const USUAL_SECONDS: &str = "30";

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_driven_tester_finds_nothing() {
    let Some(program) = std::env::var_os(PROGRAM_VARIABLE) else {
        eprintln!("LEFT OUT: no schemathesis; the API is not fuzzed. `tests/run` installs it.");
        return;
    };
    let server = "api_requests_per_minute = 10000000".to_owned();
    let yingda = Yingda::start_with(Setup { server, ..Setup::default() }).await;
    seed(&yingda).await;
    let token = Script::token(&yingda, Role::Admin).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let routes = yingda.app.routes.clone().into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async { axum::serve(listener, routes).await });

    let fuzzing = tokio::task::spawn_blocking(move || fuzz(&program, address, &token));
    let Output { status, stdout, stderr } = fuzzing.await.expect("it ends");

    serving.abort();
    let said = [stdout, stderr].concat();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));
}

fn fuzz(program: &std::ffi::OsStr, address: SocketAddr, token: &str) -> Output {
    let seconds = std::env::var(SECONDS_VARIABLE).unwrap_or_else(|_| USUAL_SECONDS.to_owned());
    let folder = tempfile::tempdir().expect("a temporary folder");
    Command::new(program)
        .current_dir(&folder)
        .args(["--config-file", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/schemathesis.toml")])
        .args(["run", &format!("http://{address}/api/v1/openapi.json")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--max-time", &seconds, "--max-examples", "50"])
        .args(["--continue-on-failure", "--no-color", "--generation-database", "none"])
        .output()
        .expect("schemathesis starts")
}
