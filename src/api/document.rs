//! The description of all operations (OpenAPI 3.1), made from the operations
//! themselves.

use axum::Json;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problem::Problem;
use super::{accounts, customers, leads, messages, rules, statistics, versions};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "yingda 应答",
        description = "What the console shows, for scripts. A token is made in the console under API 令牌 and does what its role may do. Problems are application/problem+json with a sentence.",
    ),
    paths(
        accounts::list,
        rules::list,
        rules::show,
        versions::list,
        versions::show,
        leads::list,
        leads::show,
        leads::change::change,
        leads::reveal,
        messages::list,
        customers::timeline,
        statistics::show,
    ),
    components(schemas(Problem)),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

pub fn document() -> Document {
    Description::openapi()
}

/// It says nothing about anybody, so it needs no token.
pub(super) async fn serve() -> Json<Document> {
    Json(document())
}
