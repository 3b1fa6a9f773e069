//! `/dashboard`: signing a browser in to the dashboard, and out again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Body, OwnPage, RequestPrincipal};
use super::problem::Problem;
use crate::operations::dashboard;
use crate::operations::dashboard::{DashboardLink, DashboardSession};
use crate::operations::handle::EngineHandle;
use crate::operations::requests::LinkRedemption;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(new_link)).routes(routes!(end))
}

/// What is reached without a principal.
pub(super) fn open_routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(redeem))
}

/// Make a link that signs one browser on this machine in, once
#[utoipa::path(post, path = "/dashboard/links", tag = "dashboard", operation_id = "newDashboardLink",
    responses((status = CREATED, body = DashboardLink)))]
async fn new_link(
    State(engine): State<EngineHandle>,
    RequestPrincipal(principal): RequestPrincipal,
) -> Result<(StatusCode, Json<DashboardLink>), Problem> {
    Ok((StatusCode::CREATED, Json(dashboard::new_link(&engine, principal)?)))
}

/// Redeem a link for a session; needs no bearer, and works on the same machine only
#[utoipa::path(post, path = "/dashboard/sessions", tag = "dashboard", operation_id = "redeemDashboardLink",
    request_body = LinkRedemption, responses((status = CREATED, body = DashboardSession)))]
async fn redeem(
    _: OwnPage,
    State(engine): State<EngineHandle>,
    Body(redemption): Body<LinkRedemption>,
) -> Result<(StatusCode, Json<DashboardSession>), Problem> {
    Ok((StatusCode::CREATED, Json(dashboard::redeem(&engine, &redemption)?)))
}

/// End the session that asks
#[utoipa::path(delete, path = "/dashboard/sessions/current", tag = "dashboard",
    operation_id = "endDashboardSession", responses((status = NO_CONTENT, description = "Ended")))]
async fn end(
    State(engine): State<EngineHandle>,
    RequestPrincipal(principal): RequestPrincipal,
) -> Result<StatusCode, Problem> {
    dashboard::end(&engine, principal)?;
    Ok(StatusCode::NO_CONTENT)
}
