//! The accounts that the other operations can be asked about.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::client::Client;
use super::page::Page;
use super::problem::Refusals;

/// An account that is served.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountView {
    id: String,
    name: String,
}

/// Accounts
///
/// All that are served, the first of them the one that counts where none is named.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts",
    responses((status = 200, body = Page<AccountView>), Refusals),
)]
pub(super) async fn list(client: Client) -> Json<Page<AccountView>> {
    let served = client.api.accounts.now();
    let view = |account: &crate::model::ServedAccount| AccountView {
        id: account.id.to_string(),
        name: account.name.clone(),
    };
    Json(Page { items: served.iter().map(view).collect(), next: None })
}
