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

/// A sign-in's result that can be kept: renewed with a refresh token or by the tool whose file it is, or an
/// access token that serves to its end.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    login: NewLogin,
    access_token: SecretString,
    refresh_token: Option<SecretString>,
}

impl Credentials {
    /// `None` where a refresh token is missing.
    pub(super) fn of(login: NewLogin, grant: TokenGrant) -> Option<Self> {
        let renewable = match login.obtained {
            Obtained::Follow(_) | Obtained::AccessToken => true,
            Obtained::SignIn | Obtained::Import => grant.refresh_token.is_some(),
        };
        let TokenGrant { access_token, refresh_token, .. } = grant;
        renewable.then_some(Self { login, access_token, refresh_token })
    }

    /// By which they are known; absent where they cannot be held twice.
    pub(super) fn fingerprint(&self) -> Option<[u8; 32]> {
        fingerprint_of(&self.login.obtained, &self.access_token, self.refresh_token.as_ref())
    }

    /// How they are saved as the login `id`, with nothing before them.
    pub(super) fn first(self, tenant: TenantId, id: LoginId, at: Timestamp) -> Adoption {
        let times = Claims::read(&self.access_token);
        let known_by = self.fingerprint();
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
            fingerprint: known_by.unwrap_or_else(|| fingerprint(&refresh_token)),
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

/// SHA-256 of the token that nobody else may hold: the refresh token, else an access token that stands alone.
pub(crate) fn fingerprint_of(
    obtained: &Obtained,
    access_token: &SecretString,
    refresh_token: Option<&SecretString>,
) -> Option<[u8; 32]> {
    match obtained {
        Obtained::AccessToken => Some(fingerprint(access_token)),
        Obtained::SignIn | Obtained::Import | Obtained::Follow(_) => refresh_token.map(fingerprint),
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

/// The secrets of a login that rest in the vault; what is absent has no place there.
pub(super) struct Entries {
    pub(super) refresh: Option<VaultEntry>,
    pub(super) access: Option<VaultEntry>,
}

impl Adoption {
    /// What goes into the vault; nothing of a login that another tool keeps.
    pub(super) fn entries(&self) -> Entries {
        let entry =
            |token: &SecretString| Some(VaultEntry { generation: self.row.generation, token: token.clone() });
        match self.row.obtained {
            Obtained::Follow(_) => Entries { refresh: None, access: None },
            Obtained::AccessToken => Entries { refresh: None, access: entry(&self.access_token) },
            Obtained::SignIn | Obtained::Import => {
                Entries { refresh: entry(&self.refresh_token), access: entry(&self.access_token) }
            }
        }
    }

    pub(super) fn bearer(&self) -> Bearer {
        Bearer { token: self.access_token.clone(), generation: self.row.generation }
    }
}
