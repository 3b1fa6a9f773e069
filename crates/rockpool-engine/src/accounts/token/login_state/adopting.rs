//! How new credentials take the place of a login's, and how a login ends.

use jiff::Timestamp;
use rockpool_routing::Now;

use super::LoginState;
use crate::accounts::token::access::{Access, Issued};
use crate::accounts::token::credentials::{Adoption, Credentials};
use crate::accounts::token::refresh_state::{Interrupted, RefreshState, SentMark};
use crate::accounts::token::schedule::Life;
use crate::store::Obtained;

impl LoginState {
    /// Claims the login for new credentials, and says how they are saved. They are two generations ahead:
    /// after a refresh that was killed or not saved, the vault may be one ahead of the row already, and
    /// its entry must not be taken for the newer one.
    pub(in super::super) fn begin_adoption(
        &mut self,
        new: Credentials,
        at: Timestamp,
    ) -> (Adoption, Interrupted) {
        let adoption = new.in_place_of(&self.row, self.generation() + 2, at);
        let before = self.refresh.clone();
        self.claim();
        (adoption, Interrupted(before))
    }

    /// The new credentials are saved. What the old ones still had to save is dropped: it would be written
    /// over the new.
    pub(in super::super) fn adopted(&mut self, adoption: Adoption, now: Now) {
        let row = &adoption.row;
        let (received, refresh) = match row.obtained {
            Obtained::SignIn => (Some(now.mono), RefreshState::Idle),
            Obtained::Import => (None, RefreshState::Idle),
            Obtained::Follow(_) => (None, RefreshState::Followed),
            Obtained::AccessToken => (None, RefreshState::NotRenewable),
        };
        self.unsaved.clear();
        self.sent_mark = SentMark::Clear;
        self.access = Access::Accepted(Issued {
            bearer: adoption.bearer(),
            life: Life { issued_at: row.access_issued_at, expires_at: row.access_expires_at, received },
        });
        self.row = adoption.row;
        self.refresh = refresh;
    }

    /// The new credentials were not saved; the login is as it was. A job that waited for its turn to write
    /// has its claim back: nobody else would end it.
    pub(in super::super) fn adoption_failed(&mut self, before: Interrupted) {
        self.refresh = before.0;
    }

    /// Nothing is handed out, sent or saved any more.
    pub(in super::super) fn removed(&mut self) {
        self.unsaved.clear();
        self.refresh = RefreshState::Dead;
    }
}
