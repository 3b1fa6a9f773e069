//! Table `presented_tokens`: refresh tokens that went to the issuer, by their SHA-256.
//!
//! A token is added where its login is marked as sent, in the same transaction, and taken out again where the
//! issuer is known not to have used it up. What stays is spent: presenting it again would end its whole family.

use jiff::Timestamp;
use rockpool_routing::{LoginId, TenantId};
use rusqlite::Connection;

use super::column::{Millis, Text};

/// Most tokens that are remembered, in all tenants together; the oldest are forgotten first. Eleven accounts
/// present some 600 a year.
const KEPT: u32 = 10_000;

/// Notes that the present refresh token of a login is about to be sent.
pub(super) fn note(
    connection: &Connection,
    tenant: TenantId,
    login: LoginId,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO presented_tokens (fingerprint, tenant_id, presented_at)
               SELECT fingerprint, tenant_id, ?3 FROM logins WHERE tenant_id = ?1 AND id = ?2";
    connection.prepare_cached(sql)?.execute((Text(tenant), Text(login), Millis(at)))?;
    let sql = "DELETE FROM presented_tokens WHERE fingerprint IN
               (SELECT fingerprint FROM presented_tokens ORDER BY presented_at DESC LIMIT -1 OFFSET ?1)";
    connection.prepare_cached(sql)?.execute([KEPT])?;
    Ok(())
}

/// Notes that the refresh token that a login has now was not used up.
pub(super) fn take_back(connection: &Connection, tenant: TenantId, login: LoginId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM presented_tokens WHERE fingerprint =
               (SELECT fingerprint FROM logins WHERE tenant_id = ?1 AND id = ?2)";
    connection.prepare_cached(sql)?.execute((Text(tenant), Text(login)))?;
    Ok(())
}

pub(super) fn contains(connection: &Connection, fingerprint: &[u8; 32]) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM presented_tokens WHERE fingerprint = ?1")?.exists([fingerprint])
}
