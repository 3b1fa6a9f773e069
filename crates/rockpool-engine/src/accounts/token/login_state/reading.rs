//! What a reading of the vault, or of another tool's file, brings.

use std::time::Instant;

use secrecy::SecretString;

use super::LoginState;
use crate::accounts::token::access::{Access, Issued};
use crate::accounts::token::refresh_state::{Fate, RefreshState};
use crate::accounts::token::schedule::Life;
use crate::accounts::token::vault_entry::VaultEntry;
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::store::Obtained;

impl LoginState {
    /// The vault has this access token.
    pub(in super::super) fn access_was_read(&mut self, entry: VaultEntry) {
        let times = Claims::read(&entry.token);
        let generation = self.generation().max(entry.generation);
        self.access = Access::Accepted(Issued {
            bearer: Bearer { token: entry.token, generation },
            life: Life {
                issued_at: times.issued_at.or(self.row.access_issued_at),
                expires_at: times.expires_at.or(self.row.access_expires_at),
                received: None,
            },
        });
    }

    /// Ends a reading of the vault that needs nothing written.
    pub(in super::super) fn was_read(&mut self, fate: Fate) {
        self.refresh = match fate {
            Fate::MayBeSent => RefreshState::Idle,
            Fate::Uncertain(chance) => RefreshState::Uncertain(chance),
            Fate::Dead => RefreshState::Dead,
            Fate::NotRenewable => RefreshState::NotRenewable,
        };
    }

    /// Ends a reading that panicked: it is tried again.
    pub(in super::super) fn reading_broke_down(&mut self, until: Instant) {
        match self.row.obtained {
            Obtained::Follow(_) => self.file_says_nothing_new(),
            Obtained::SignIn | Obtained::Import | Obtained::AccessToken => self.stays_unread(until),
        }
    }

    /// Ends a reading that the vault did not answer.
    pub(in super::super) fn stays_unread(&mut self, until: Instant) {
        self.refresh = RefreshState::Unread { until };
    }

    /// Ends a reading of another tool's file, which has this access token.
    pub(in super::super) fn file_was_read(&mut self, access_token: SecretString) {
        self.refresh = RefreshState::Followed;
        let times = Claims::read(&access_token);
        let generation = self.generation() + 1;
        self.access = Access::Accepted(Issued {
            bearer: Bearer { token: access_token, generation },
            life: Life { issued_at: times.issued_at, expires_at: times.expires_at, received: None },
        });
    }

    /// Ends a reading of another tool's file that brought nothing new.
    pub(in super::super) fn file_says_nothing_new(&mut self) {
        self.refresh = RefreshState::Followed;
    }

    /// The access token in hand, whether it is usable or not.
    pub(in super::super) fn access_token(&self) -> Option<&SecretString> {
        self.access.issued().map(|issued| &issued.bearer.token)
    }
}
