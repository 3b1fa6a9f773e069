//! A login that a tool has of its own, where it is an account here: who renews its tokens.

use rockpool_connect::{Texts, Tool, own_login};
use rockpool_routing::TenantId;

use crate::accounts::import;
use crate::accounts::token::fingerprint_of;
use crate::config::ToolsHome;
use crate::model::import::RenewedBy;
use crate::operations::handle::EngineHandle;
use crate::snapshot::{LoginOwners, OwnLoginView};
use crate::store::{KnownToken, Obtained};

/// As its file has it.
pub(super) struct OnDisk {
    file: String,
    workspace: Option<String>,
    /// Of its refresh token; absent where the file is not of a form that is known.
    fingerprint: Option<[u8; 32]>,
}

pub(super) fn on_disk(tool: Tool, home: &ToolsHome, texts: &Texts) -> Option<OnDisk> {
    let login = own_login(tool, &home.surroundings, texts)?;
    let text = texts.get(&login.file)?;
    let first = import::read(text.as_bytes()).into_iter().find_map(Result::ok);
    let fingerprint = first.and_then(|login| {
        fingerprint_of(&Obtained::Import, &login.access_token, login.refresh_token.as_ref())
    });
    Some(OnDisk { file: login.file.display().to_string(), workspace: login.account_id, fingerprint })
}

impl OnDisk {
    /// `None` where it is no account here.
    pub(super) async fn shown(self, engine: &EngineHandle, tenant: TenantId) -> Option<OwnLoginView> {
        let core = engine.core();
        let known = match self.fingerprint {
            None => None,
            // An unanswered question is no reason to warn.
            Some(fingerprint) => core.keeper.known(fingerprint).await.ok().flatten(),
        };
        let registry = core.registry.get();
        let by_workspace = || {
            let workspace = self.workspace.as_deref()?;
            registry.accounts_of(tenant).find(|row| row.workspace_id == workspace)
        };
        let of_login = |login| registry.accounts_of(tenant).find(|row| row.login == login);
        let (row, owners) = match known {
            Some(KnownToken::Held(login)) => {
                let follows = core.keeper.life(login).map(|life| life.renewed_by);
                let owners = match follows {
                    Some(RenewedBy::OtherTool) => LoginOwners::Tool,
                    Some(RenewedBy::Rockpool | RenewedBy::Nobody) | None => LoginOwners::Both,
                };
                (of_login(login)?, owners)
            }
            Some(KnownToken::Spent) => (by_workspace()?, LoginOwners::Both),
            None => (by_workspace()?, LoginOwners::Apart),
        };
        Some(OwnLoginView { file: self.file, account: row.name.clone(), owners })
    }
}
