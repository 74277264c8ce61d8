//! Plays 企业微信's group robot on this machine.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Good,
    TooOften,
    BadGateway,
    Redirects,
    Rubbish,
}

#[derive(Clone)]
pub struct FakeRobot {
    pub address: String,
    state: Shared,
}

type Shared = Arc<Mutex<(Mood, Vec<String>)>>;

impl FakeRobot {
    pub async fn start() -> Self {
        // It can only be installed already, by another test.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let state = Arc::new(Mutex::new((Mood::Good, Vec::new())));
        let routes = Router::new().route("/cgi-bin/webhook/send", post(take)).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address: format!("http://127.0.0.1:{port}/cgi-bin/webhook/send?key=robot-secret"), state }
    }

    pub fn turns(&self, mood: Mood) {
        self.state.lock().expect("no panic").0 = mood;
    }

    /// What it was told, accepted or not.
    pub fn heard(&self) -> Vec<String> {
        self.state.lock().expect("no panic").1.clone()
    }
}

async fn take(
    State(state): State<Shared>,
    Json(body): Json<Value>,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let mut state = state.lock().expect("no panic");
    state.1.push(body["text"]["content"].as_str().expect("a text").to_owned());
    let answer = |status, body: Value| (status, [("location", "/elsewhere")], body.to_string());
    match state.0 {
        Mood::Good => answer(StatusCode::OK, json!({ "errcode": 0, "errmsg": "ok" })),
        Mood::TooOften => {
            answer(StatusCode::OK, json!({ "errcode": 45009, "errmsg": "api freq out of limit" }))
        }
        Mood::BadGateway => answer(StatusCode::BAD_GATEWAY, json!("")),
        Mood::Redirects => answer(StatusCode::TEMPORARY_REDIRECT, json!("")),
        Mood::Rubbish => answer(StatusCode::OK, json!(["<html>"])),
    }
}
