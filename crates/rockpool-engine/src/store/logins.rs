//! Table `logins`: what is known of each set of credentials, apart from the secrets.

use std::path::PathBuf;

use jiff::Timestamp;
use rockpool_routing::{LoginId, TenantId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::column::{Count, Millis, Name, Text, found};
use super::{Durability, Store, StoreError, SystemScope, presented_tokens};

/// How the credentials came here; only what Rockpool itself obtained is revoked on removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Obtained {
    /// By a sign-in of our own.
    SignIn,
    /// Taken over from another tool's file.
    Import,
    /// Taken over likewise, as an access token alone: it ends, and nobody renews it.
    AccessToken,
    /// Read again and again from another tool's file, never refreshed by us.
    Follow(PathBuf),
}

impl Obtained {
    fn name(&self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Import | Self::AccessToken => "import",
            Self::Follow(_) => "follow",
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::SignIn | Self::Import | Self::AccessToken => None,
            Self::Follow(path) => Some(path.to_string_lossy().into_owned()),
        }
    }

    fn is_renewable(&self) -> bool {
        match self {
            Self::AccessToken => false,
            Self::SignIn | Self::Import | Self::Follow(_) => true,
        }
    }
}

/// Where the refresh token stands; written before it is sent and after its successor is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshPhase {
    /// It may be sent.
    Idle,
    /// It is on its way; found at start, its fate is unknown.
    Sent,
    /// It was sent, and what became of it is not known: its last chance is left.
    Uncertain,
    /// The same, and its last chance was taken; it is never sent again.
    LastChanceTaken,
    /// The issuer refused it for good.
    Dead,
}

/// As which of the two times that a refresh token may be sent at all it is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presentation {
    First,
    /// Its fate is unknown, and no access token lives that its reuse could end.
    LastChance,
}

/// How a phase stands in the columns `phase` and, as whether it is set, `last_chance_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PhaseColumn {
    Idle,
    Sent,
    Uncertain,
    Dead,
}

impl RefreshPhase {
    fn columns(self, at: Timestamp) -> (Name<PhaseColumn>, Option<Millis>) {
        let (phase, last_chance_at) = match self {
            Self::Idle => (PhaseColumn::Idle, None),
            Self::Sent => (PhaseColumn::Sent, None),
            Self::Uncertain => (PhaseColumn::Uncertain, None),
            Self::LastChanceTaken => (PhaseColumn::Uncertain, Some(Millis(at))),
            Self::Dead => (PhaseColumn::Dead, None),
        };
        (Name(phase), last_chance_at)
    }

    fn of_columns(phase: PhaseColumn, last_chance_at: Option<Millis>) -> Self {
        match (phase, last_chance_at) {
            (PhaseColumn::Idle, _) => Self::Idle,
            (PhaseColumn::Sent, _) => Self::Sent,
            (PhaseColumn::Uncertain, None) => Self::Uncertain,
            (PhaseColumn::Uncertain, Some(_)) => Self::LastChanceTaken,
            (PhaseColumn::Dead, _) => Self::Dead,
        }
    }
}

/// Credentials of one person at one issuer, without the secrets themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoginRow {
    /// Also part of its vault keys.
    pub id: LoginId,
    pub tenant: TenantId,
    /// Address of the issuer, without a trailing slash.
    pub issuer: String,
    /// The issuer's identifier of the person.
    pub user_id: String,
    /// E-mail, where the issuer named one.
    pub email: Option<String>,
    /// How the credentials came here.
    pub obtained: Obtained,
    /// Where the refresh token stands.
    pub phase: RefreshPhase,
    /// The issuer's code for a dead token, such as `refresh_token_reused`.
    pub phase_code: Option<String>,
    /// Counts the bearers of this login, from 1; below 2⁶³.
    pub generation: u64,
    /// When the access token expires.
    pub access_expires_at: Option<Timestamp>,
    /// When the access token was issued.
    pub access_issued_at: Option<Timestamp>,
    /// SHA-256 of the refresh token; of the access token where there is nothing else.
    pub fingerprint: [u8; 32],
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What this machine knows of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KnownToken {
    /// It is the present one of this login, of whichever tenant.
    Held(LoginId),
    /// It was presented to the issuer, which may have used it up.
    Spent,
}

/// What a finished refresh leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refreshed {
    pub generation: u64,
    /// When the new access token expires.
    pub access_expires_at: Option<Timestamp>,
    /// When the new access token was issued.
    pub access_issued_at: Option<Timestamp>,
    /// SHA-256 of the refresh token that holds now.
    pub fingerprint: [u8; 32],
    pub at: Timestamp,
}

impl Store {
    /// Adds a login; on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] with [`super::Unique::RefreshToken`] where its refresh token is held
    /// already, in whichever tenant.
    pub(crate) async fn insert_login(&self, row: LoginRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql =
                "INSERT INTO logins (id, tenant_id, issuer, user_id, email, obtained, follow_path, phase,
                           phase_code, generation, access_expires_at, access_issued_at, fingerprint,
                           created_at, updated_at, last_chance_at, renewable)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
            write(tx, sql, &row)?;
            Ok(())
        })
        .await
    }

    /// Replaces everything about a login but its identity and `created_at`, as after signing in again;
    /// on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and as [`Store::insert_login`].
    pub(crate) async fn update_login(&self, row: LoginRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql =
                "UPDATE logins SET issuer = ?3, user_id = ?4, email = ?5, obtained = ?6, follow_path = ?7,
                           phase = ?8, phase_code = ?9, generation = ?10, access_expires_at = ?11,
                           access_issued_at = ?12, fingerprint = ?13, updated_at = ?15, last_chance_at = ?16,
                           renewable = ?17
                       WHERE id = ?1 AND tenant_id = ?2 AND ?14 IS NOT NULL";
            found(write(tx, sql, &row)?, "login")
        })
        .await
    }

    /// All logins, oldest first.
    pub(crate) async fn logins(&self, _scope: SystemScope) -> Result<Vec<LoginRow>, StoreError> {
        self.call(Durability::Batched, |tx| {
            let mut query = tx.prepare("SELECT * FROM logins ORDER BY created_at, id")?;
            let rows = query.query_map([], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What is known of the refresh token with this SHA-256, in whichever tenant. Followed files come last.
    pub(crate) async fn known_token(
        &self,
        _scope: SystemScope,
        fingerprint: [u8; 32],
    ) -> Result<Option<KnownToken>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT id FROM logins WHERE fingerprint = ?1 ORDER BY obtained = 'follow' LIMIT 1";
            let holder = tx.query_row(sql, [fingerprint], |row| row.get::<_, Text<LoginId>>(0)).optional()?;
            if let Some(Text(login)) = holder {
                return Ok(Some(KnownToken::Held(login)));
            }
            Ok(presented_tokens::contains(tx, &fingerprint)?.then_some(KnownToken::Spent))
        })
        .await
    }

    /// Notes that the refresh token is about to be sent; on the disk when this returns, so that a kill
    /// in between cannot lead to its being sent twice.
    ///
    /// # Errors
    /// [`StoreError::RefreshTokenSpent`] unless the phase allows this presentation: idle for the first, sent or
    /// uncertain for the last chance; [`StoreError::NotFound`].
    pub(crate) async fn mark_refresh_sent(
        &self,
        tenant: TenantId,
        id: LoginId,
        presentation: Presentation,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = match presentation {
                Presentation::First => {
                    "UPDATE logins SET phase = 'sent', phase_code = NULL, last_chance_at = NULL, updated_at = ?3
                     WHERE tenant_id = ?1 AND id = ?2 AND phase = 'idle'"
                }
                Presentation::LastChance => {
                    "UPDATE logins SET phase = 'uncertain', phase_code = NULL, last_chance_at = ?3, updated_at = ?3
                     WHERE tenant_id = ?1 AND id = ?2 AND phase IN ('sent', 'uncertain') AND last_chance_at IS NULL"
                }
            };
            if tx.execute(sql, (Text(tenant), Text(id), Millis(at)))? == 1 {
                return Ok(presented_tokens::note(tx, tenant, id, at)?);
            }
            let known = exists(tx, tenant, id)?;
            Err(if known { StoreError::RefreshTokenSpent } else { StoreError::NotFound("login") })
        })
        .await
    }

    /// Notes that the successor of the refresh token is in the vault: the phase is idle again. On the
    /// disk when this returns.
    pub(crate) async fn complete_refresh(
        &self,
        tenant: TenantId,
        id: LoginId,
        refreshed: Refreshed,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let before = fingerprint_of(tx, tenant, id)?;
            let sql =
                "UPDATE logins SET phase = 'idle', phase_code = NULL, last_chance_at = NULL, generation = ?3,
                           access_expires_at = ?4, access_issued_at = ?5, fingerprint = ?6, updated_at = ?7
                       WHERE tenant_id = ?1 AND id = ?2";
            let values = (
                Text(tenant),
                Text(id),
                Count(refreshed.generation),
                refreshed.access_expires_at.map(Millis),
                refreshed.access_issued_at.map(Millis),
                refreshed.fingerprint,
                Millis(refreshed.at),
            );
            found(tx.execute(sql, values)?, "login")?;
            // An answer without a successor did not use the token up.
            if before == Some(refreshed.fingerprint) {
                presented_tokens::take_back(tx, tenant, id)?;
            }
            Ok(())
        })
        .await
    }

    /// Sets the phase, with the issuer's code where there is one; on the disk when this returns.
    pub(crate) async fn mark_login_phase(
        &self,
        tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "UPDATE logins SET phase = ?3, phase_code = ?4, updated_at = ?5, last_chance_at = ?6
                       WHERE tenant_id = ?1 AND id = ?2";
            let (name, last_chance_at) = phase.columns(at);
            let values = (Text(tenant), Text(id), name, code, Millis(at), last_chance_at);
            found(tx.execute(sql, values)?, "login")?;
            match phase {
                RefreshPhase::Idle => Ok(presented_tokens::take_back(tx, tenant, id)?),
                // What went with an answer that was lost is not cleared by the proof that a later presentation of
                // it was not used up.
                RefreshPhase::Sent
                | RefreshPhase::Uncertain
                | RefreshPhase::LastChanceTaken
                | RefreshPhase::Dead => Ok(()),
            }
        })
        .await
    }

    /// Removes a login that no account refers to; removing none is fine.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] where an account still refers to it.
    pub(crate) async fn delete_login(&self, tenant: TenantId, id: LoginId) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "DELETE FROM logins WHERE tenant_id = ?1 AND id = ?2";
            tx.execute(sql, (Text(tenant), Text(id)))?;
            Ok(())
        })
        .await
    }
}

fn exists(connection: &Connection, tenant: TenantId, id: LoginId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM logins WHERE tenant_id = ?1 AND id = ?2")?
        .exists((Text(tenant), Text(id)))
}

fn fingerprint_of(
    connection: &Connection,
    tenant: TenantId,
    id: LoginId,
) -> rusqlite::Result<Option<[u8; 32]>> {
    let sql = "SELECT fingerprint FROM logins WHERE tenant_id = ?1 AND id = ?2";
    connection.query_row(sql, (Text(tenant), Text(id)), |row| row.get(0)).optional()
}

/// Binds the whole row in the order of the columns.
fn write(connection: &Connection, sql: &str, row: &LoginRow) -> rusqlite::Result<usize> {
    let (phase, last_chance_at) = row.phase.columns(row.updated_at);
    let values = params![
        Text(row.id),
        Text(row.tenant),
        &row.issuer,
        &row.user_id,
        &row.email,
        row.obtained.name(),
        row.obtained.path(),
        phase,
        &row.phase_code,
        Count(row.generation),
        row.access_expires_at.map(Millis),
        row.access_issued_at.map(Millis),
        row.fingerprint,
        Millis(row.created_at),
        Millis(row.updated_at),
        last_chance_at,
        row.obtained.is_renewable(),
    ];
    connection.execute(sql, values)
}

fn read(row: &Row<'_>) -> rusqlite::Result<LoginRow> {
    let obtained: String = row.get("obtained")?;
    let path: Option<String> = row.get("follow_path")?;
    let obtained = match (obtained.as_str(), path, row.get("renewable")?) {
        ("follow", Some(path), _) => Obtained::Follow(path.into()),
        ("import", _, true) => Obtained::Import,
        ("import", _, false) => Obtained::AccessToken,
        // The table's checks leave nothing else.
        (_, _, _) => Obtained::SignIn,
    };
    Ok(LoginRow {
        id: row.get::<_, Text<_>>("id")?.0,
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        issuer: row.get("issuer")?,
        user_id: row.get("user_id")?,
        email: row.get("email")?,
        obtained,
        phase: RefreshPhase::of_columns(
            row.get::<_, Name<_>>("phase")?.0,
            row.get::<_, Option<Millis>>("last_chance_at")?,
        ),
        phase_code: row.get("phase_code")?,
        generation: row.get::<_, Count>("generation")?.0,
        access_expires_at: row.get::<_, Option<Millis>>("access_expires_at")?.map(|at| at.0),
        access_issued_at: row.get::<_, Option<Millis>>("access_issued_at")?.map(|at| at.0),
        fingerprint: row.get("fingerprint")?,
        created_at: row.get::<_, Millis>("created_at")?.0,
        updated_at: row.get::<_, Millis>("updated_at")?.0,
    })
}
