//! `rockpool status`.

use http::Method;
use rockpool_engine::snapshot::Snapshot;

use super::Session;
use crate::api::view;
use crate::failure::Failure;
use crate::show;

pub(super) async fn show(session: &Session<'_>) -> Result<(), Failure> {
    let answer = session.ask(Method::GET, &["status"], None).await?;
    session.tell(&answer, || Ok(show::status(&view::<Snapshot>(&answer)?)))
}
