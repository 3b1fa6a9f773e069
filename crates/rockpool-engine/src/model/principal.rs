//! Who asks, and which tenants they may see.

use rockpool_routing::TenantId;

/// The one on whose behalf a request to the management API is carried out.
///
/// There is no way to send one: whoever lets a request in attaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The person at this machine, through the app itself. No socket can obtain it.
    Owner,
    /// A program of the same user, which could read the token in `control.json`.
    Control,
    /// The person at this machine, in a browser, signed in by a link that the owner or `Control` had made.
    Dashboard(DashboardSessionId),
}

/// One signed-in dashboard, for as long as the engine runs; no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DashboardSessionId(pub(crate) u64);

/// The tenants that a principal may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Viewer {
    /// The tenant that an action without a tenant of its own is about.
    pub(crate) home: TenantId,
    /// All tenants whose things are shown; `home` is one of them.
    pub(crate) tenants: Vec<TenantId>,
}

impl Viewer {
    /// A viewer of one tenant.
    pub(crate) fn of(tenant: TenantId) -> Self {
        Self { home: tenant, tenants: vec![tenant] }
    }

    /// The same viewer, looking at the home tenant only.
    #[must_use]
    pub(crate) fn at_home(&self) -> Self {
        Self::of(self.home)
    }

    /// Whether things of `tenant` may be shown.
    pub(crate) fn sees(&self, tenant: TenantId) -> bool {
        self.tenants.contains(&tenant)
    }
}
