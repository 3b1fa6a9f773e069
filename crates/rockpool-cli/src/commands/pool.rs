//! `rockpool pool …`.

use rockpool_engine::api::requests::PoolChange;

use super::session::Session;
use crate::args::PoolCommand;
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: PoolCommand) -> Result<(), Failure> {
    match command {
        PoolCommand::Set { owner, strategy, members, conversations } => {
            let change = PoolChange { strategy, extra_provider_names: members, conversations };
            let pool = session.client.set_pool(&owner, &change).await?;
            session.tell(&pool, || vec![show::pool_line(&pool)])
        }
        PoolCommand::Remove { owner } => {
            session.client.remove_pool(&owner).await?;
            session.tell_removed(&owner, format!("Dissolved the pool of {owner}; its accounts stay."))
        }
    }
}
