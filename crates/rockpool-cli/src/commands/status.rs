//! `rockpool status`.

use super::session::Session;
use crate::failure::Failure;
use crate::show;

pub(super) async fn show(session: &Session<'_>) -> Result<(), Failure> {
    let snapshot = session.client.status().await?;
    session.tell(&snapshot, || show::status(&snapshot))
}
