//! The right to ask across all tenants, which only the engine's own start and loops have.

/// Proof that a query may cross tenants. Nothing outside this crate can make one, so a route of the
/// management API has to name its tenant:
///
/// ```compile_fail,E0423
/// let scope = rockpool_engine::store::SystemScope(());
/// ```
///
/// Nor does a query that names neither a tenant nor this compile:
///
/// ```compile_fail,E0061
/// async fn all(store: &rockpool_engine::store::Store) {
///     let _ = store.accounts().await;
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemScope(());

/// The engine's own right; for loading at start and for work that serves all tenants.
pub(crate) fn system_scope() -> SystemScope {
    SystemScope(())
}
