//! A script with a token: `Script::with_role(&yingda, Role::Reception)`.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use yingda::model::Role;
use yingda::store::{Actor, ApiToken, OperationKind};

use super::service::Yingda;

pub struct Script {
    routes: Router,
    authorization: Option<String>,
    peer: SocketAddr,
}

#[derive(Debug)]
pub struct Said {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Script {
    pub async fn with_role(yingda: &Yingda, role: Role) -> Self {
        let token = Self::token(yingda, role).await;
        Self::with_token(yingda, &format!("Bearer {token}"))
    }

    /// As it stands in a script's settings.
    pub async fn token(yingda: &Yingda, role: Role) -> String {
        let actor = Actor { staff: None, name: "管理员".to_owned(), ip: String::new() };
        let operation = actor.does(OperationKind::TokenMade, "每周导出", yingda.now());
        let ticket = yingda.app.store.make_token(role, &operation).await.expect("a token");
        format!("{}{}", ApiToken::PREFIX, ticket.as_str())
    }

    /// Says exactly this who it is.
    pub fn with_token(yingda: &Yingda, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..Self::stranger(yingda) }
    }

    pub fn stranger(yingda: &Yingda) -> Self {
        let peer = "127.0.0.1:50000".parse().expect("an address");
        Self { routes: yingda.app.routes.clone(), authorization: None, peer }
    }

    pub fn from(mut self, ip: &str) -> Self {
        self.peer = format!("{ip}:50000").parse().expect("an address");
        self
    }

    pub async fn get(&self, address: &str) -> Said {
        self.send("GET", address, None).await
    }

    pub async fn patch(&self, address: &str, body: &Value) -> Said {
        self.send("PATCH", address, Some(body)).await
    }

    pub async fn post(&self, address: &str) -> Said {
        self.send("POST", address, None).await
    }

    pub async fn send(&self, method: &str, address: &str, body: Option<&Value>) -> Said {
        let mut request = Request::builder().method(method).uri(address);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.send_raw(request, body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).await
    }

    pub async fn send_raw(&self, mut request: axum::http::request::Builder, body: Body) -> Said {
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.extension(ConnectInfo(self.peer)).body(body).expect("a request");
        let response = self.routes.clone().oneshot(request).await.expect("the router always answers");
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Said { status: head.status, headers: head.headers, json }
    }
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
