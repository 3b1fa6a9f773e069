//! Credentials that are being taken over, before they are anybody's.

use jiff::Timestamp;
use rockpool_routing::{LoginId, TenantId};
use secrecy::SecretString;

use super::vault_entry::{VaultEntry, fingerprint};
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::provider::oauth::TokenGrant;
use crate::store::{LoginRow, Obtained, RefreshPhase};

/// Who the credentials belong to.
#[derive(Clone, Debug)]
pub(crate) struct NewLogin {
    /// The login that they repair; `None` makes a new one.
    pub replaces: Option<LoginId>,
    /// Address of the issuer, without a trailing slash.
    pub issuer: String,
    /// The issuer's identifier of the person.
    pub user_id: String,
    pub email: Option<String>,
    pub obtained: Obtained,
}

/// A sign-in's result that can be kept alive: with a refresh token, or with a file that another tool
/// renews.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    login: NewLogin,
    access_token: SecretString,
    refresh_token: Option<SecretString>,
}

impl Credentials {
    /// `None` where there is nothing to renew them with.
    pub(super) fn of(login: NewLogin, grant: TokenGrant) -> Option<Self> {
        let renewable = match login.obtained {
            Obtained::Follow(_) => true,
            Obtained::SignIn | Obtained::Import => grant.refresh_token.is_some(),
        };
        let TokenGrant { access_token, refresh_token, .. } = grant;
        renewable.then_some(Self { login, access_token, refresh_token })
    }

    /// SHA-256 of the refresh token, where there is one.
    pub(super) fn fingerprint(&self) -> Option<[u8; 32]> {
        self.refresh_token.as_ref().map(fingerprint)
    }

    /// How they are saved as the login `id`, with nothing before them.
    pub(super) fn first(self, tenant: TenantId, id: LoginId, at: Timestamp) -> Adoption {
        let times = Claims::read(&self.access_token);
        let refresh_token = self.refresh_token.unwrap_or_default();
        let row = LoginRow {
            id,
            tenant,
            issuer: self.login.issuer,
            user_id: self.login.user_id,
            email: self.login.email,
            obtained: self.login.obtained,
            phase: RefreshPhase::Idle,
            phase_code: None,
            generation: 1,
            access_expires_at: times.expires_at,
            access_issued_at: times.issued_at,
            fingerprint: fingerprint(&refresh_token),
            created_at: at,
            updated_at: at,
        };
        Adoption { row, access_token: self.access_token, refresh_token, save: Save::Insert }
    }

    /// How they are saved in place of what `old` speaks of.
    pub(super) fn in_place_of(self, old: &LoginRow, generation: u64, at: Timestamp) -> Adoption {
        let mut adoption = self.first(old.tenant, old.id, at);
        adoption.row.generation = generation;
        adoption.row.created_at = old.created_at;
        Adoption { save: Save::Replace, ..adoption }
    }
}

/// Whether the row is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Save {
    Insert,
    Replace,
}

/// Credentials as they will be saved; they are in use when they have been.
#[derive(Clone, Debug)]
pub(super) struct Adoption {
    pub(super) row: LoginRow,
    pub(super) save: Save,
    access_token: SecretString,
    refresh_token: SecretString,
}

/// The two secrets of a login.
pub(super) struct Entries {
    pub(super) refresh: VaultEntry,
    pub(super) access: VaultEntry,
}

impl Adoption {
    /// What goes into the vault; nothing of a login that another tool keeps.
    pub(super) fn entries(&self) -> Option<Entries> {
        let entry =
            |token: &SecretString| VaultEntry { generation: self.row.generation, token: token.clone() };
        match self.row.obtained {
            Obtained::Follow(_) => None,
            Obtained::SignIn | Obtained::Import => {
                Some(Entries { refresh: entry(&self.refresh_token), access: entry(&self.access_token) })
            }
        }
    }

    pub(super) fn bearer(&self) -> Bearer {
        Bearer { token: self.access_token.clone(), generation: self.row.generation }
    }
}
