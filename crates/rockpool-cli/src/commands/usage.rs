//! `rockpool usage`: tokens, and what they would have cost at the prices of the API.

use rockpool_engine::api::requests::UsageQuery;

use super::session::Session;
use crate::args::UsageArgs;
use crate::failure::Failure;
use crate::show;

pub(super) async fn show(session: &Session<'_>, args: &UsageArgs) -> Result<(), Failure> {
    let query = UsageQuery { by: Some(args.by.into()), days: Some(args.days), ..UsageQuery::default() };
    let usage = session.client.usage(query).await?;
    session.tell(&usage, || show::usage(&usage))
}
