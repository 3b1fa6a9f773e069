//! `rockpool pool …`.

use http::Method;
use rockpool_engine::snapshot::PoolView;
use serde_json::json;

use super::Session;
use crate::api::view;
use crate::args::PoolCommand;
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: PoolCommand) -> Result<(), Failure> {
    match command {
        PoolCommand::Set { owner, strategy, members, conversations } => {
            let mut settings = json!({ "strategy": strategy.name(), "extra_provider_names": members });
            if let Some(conversations) = conversations {
                settings["conversations"] = json!(conversations);
            }
            let answer = session.ask(Method::PUT, &["pools", &owner], Some(settings)).await?;
            session.tell(&answer, || Ok(vec![show::pool_line(&view::<PoolView>(&answer)?)]))
        }
        PoolCommand::Remove { owner } => {
            session.ask(Method::DELETE, &["pools", &owner], None).await?;
            let sentence = format!("Dissolved the pool of {owner}; its accounts stay.");
            session.tell(&json!({ "removed": owner }), || Ok(vec![sentence]))
        }
    }
}
