//! Builds the snapshot from what each owner of state knows.

mod quota;
#[cfg(test)]
mod tests;

use rockpool_routing::{AccountId, LoginId, Now, Outlook, Readiness, Router, TenantId};

use crate::config::Mode;
use crate::core::Core;
use crate::model::activity::SHOWN;
use crate::model::principal::Viewer;
use crate::snapshot::{
    AccountView, ActivityView, ClientView, HealthView, LoginView, ModeView, Needs, PoolView, ReadinessView,
    RehearsalView, Remedy, RoleView, SignInView, Snapshot, level_percent,
};
use crate::store::registry::Registry;
use crate::store::{AccountRow, ClientRow, PoolRow};

/// What the snapshot needs beside the core.
pub(crate) struct Surroundings {
    /// Base address of the endpoint.
    pub(crate) endpoint: String,
    /// Sign-ins that the viewer may see.
    pub(crate) sign_ins: Vec<SignInView>,
    /// What a rehearsal has just shown.
    pub(crate) rehearsal: Option<RehearsalView>,
}

/// The view of everything that `viewer` may see.
pub(crate) fn snapshot(core: &Core, viewer: &Viewer, surroundings: Surroundings) -> Snapshot {
    let registry = core.registry.get();
    let seen = |tenant: TenantId| viewer.sees(tenant);
    let mut recent: Vec<_> = viewer.tenants.iter().flat_map(|tenant| core.ledger.recent(*tenant)).collect();
    recent.sort_by_key(|request| std::cmp::Reverse(request.at));
    recent.truncate(SHOWN as usize);
    let rows: Vec<&AccountRow> = registry.accounts.iter().filter(|row| seen(row.tenant)).collect();
    core.routing.read(|router, now| {
        let accounts: Vec<AccountView> =
            rows.iter().map(|row| account(core, &registry, router, row, now)).collect();
        Snapshot {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: match core.config.mode {
                Mode::Normal => ModeView::Normal,
                Mode::Rehearsal => ModeView::Rehearsal,
            },
            rehearsal: surroundings.rehearsal,
            endpoint: surroundings.endpoint,
            taken_at: now.wall,
            vault: core.vault.state().borrow().clone(),
            level_percent: level_percent(router, rows.iter().map(|row| row.id), now),
            needing_person: accounts.iter().filter(|account| account.needs.takes_a_person()).count(),
            accounts,
            pools: registry
                .pools
                .values()
                .filter(|row| seen(row.tenant))
                .map(|row| pool(core, &registry, router, row, now))
                .collect(),
            clients: registry
                .clients
                .iter()
                .filter(|row| seen(row.tenant))
                .map(|row| client(core, &registry, row))
                .collect(),
            sign_ins: surroundings.sign_ins,
            recent: recent.iter().map(|request| ActivityView::from(&**request)).collect(),
        }
    })
}

/// One account as shown.
pub(crate) fn account(
    core: &Core,
    registry: &Registry,
    router: &Router,
    row: &AccountRow,
    now: Now,
) -> AccountView {
    let (state, until) = router.state(row.id, now);
    let quota = router.quota(row.id);
    let reading = quota.and_then(|quota| quota.reading());
    let extras = reading.and_then(|reading| reading.extras.as_ref());
    AccountView {
        id: row.id,
        name: row.name.clone(),
        display_name: row.display_name.clone(),
        email: row.email.clone(),
        workspace_id: row.workspace_id.clone(),
        plan: reading.and_then(|reading| reading.plan.clone()).or_else(|| row.plan.clone()),
        login: login(core, row.login),
        state,
        until,
        needs: Needs::of(state),
        remedy: Remedy::of(state),
        readiness: match router.readiness(row.id, now) {
            Readiness::Active => ReadinessView::Active,
            Readiness::FallbackOnly => ReadinessView::FallbackOnly,
            Readiness::Blocked(_) => ReadinessView::Blocked,
        },
        role: role(registry, row.id),
        pool: registry.pool_with(row.id).map(|pool| registry.name_of(pool.pool.owner)),
        windows: quota.map(|known| quota::windows(known, now.wall)).unwrap_or_default(),
        remaining_percent: quota.and_then(|quota| quota.headroom(now.wall)),
        allowed: reading.and_then(|reading| reading.allowed),
        limit_reached: reading.and_then(|reading| reading.limit_reached),
        flapping_since: quota.and_then(|quota| quota.flapping_since(now.wall)),
        extra_limits: quota::extra_limits(router, row.id, now.wall),
        credits: extras.and_then(|extras| extras.credits.as_ref()).map(quota::credits),
        spend: extras.and_then(|extras| extras.spend.as_ref()).map(quota::spend),
        reset_credits: extras.and_then(|extras| extras.reset_credits),
        runway: core.forecasts.account(&core.ledger, router, row.id, now),
        probe_at: router.probe_at(row.id, now),
        quota_seen_at: reading.map(|reading| reading.seen_at),
        quota_source: reading.map(|reading| reading.source),
        health: health(router, row.id),
        last_used_at: core.ledger.last_used(row.id),
        in_flight: router.in_flight(row.id),
    }
}

fn login(core: &Core, login: LoginId) -> LoginView {
    let life = core.keeper.life(login).unwrap_or_default();
    LoginView { renewed_by: life.renewed_by, ends_at: life.ends_at }
}

fn role(registry: &Registry, account: AccountId) -> RoleView {
    match registry.pool_with(account) {
        Some(row) if row.pool.owner == account => RoleView::Owner,
        Some(_) => RoleView::Member,
        None => RoleView::Single,
    }
}

fn health(router: &Router, account: AccountId) -> HealthView {
    let report =
        router.health(account).unwrap_or_else(|| rockpool_routing::health::Health::default().report());
    HealthView {
        state: report.state,
        score: report.score,
        success_rate: report.success_rate,
        consecutive_failures: report.consecutive_failures,
        sample: report.sample,
    }
}

/// One pool as shown.
pub(crate) fn pool(core: &Core, registry: &Registry, router: &Router, row: &PoolRow, now: Now) -> PoolView {
    let used = row.pool.accounts().filter_map(|account| Some((core.ledger.last_used(account)?, account)));
    let last = used.max_by_key(|(at, _)| *at);
    let (serving, until) = match router.known_outlook(row.pool.accounts(), now) {
        Outlook::Serving => (true, None),
        Outlook::Until(until) => (false, Some(until)),
        Outlook::NeedsPerson => (false, None),
    };
    PoolView {
        owner: registry.name_of(row.pool.owner),
        strategy: row.pool.strategy,
        conversations: row.pool.conversations,
        extra_provider_names: row.pool.members.iter().map(|member| registry.name_of(*member)).collect(),
        last_account: last.map(|(_, account)| registry.name_of(account)),
        last_used_at: last.map(|(at, _)| at),
        level_percent: level_percent(router, row.pool.accounts(), now),
        serving,
        runway: core.forecasts.pool(&core.ledger, router, row.pool.accounts(), now),
        moves: core.ledger.moves(row.pool.accounts(), now.wall).into(),
        until,
    }
}

/// One client as shown.
pub(crate) fn client(core: &Core, registry: &Registry, row: &ClientRow) -> ClientView {
    ClientView {
        id: row.id,
        name: row.name.clone(),
        account: registry.name_of(row.account),
        key_kind: row.key_kind,
        key_hint: row.key_hint.clone(),
        override_mode: row.override_mode,
        strategy: row.strategy,
        last_used_at: core.ledger.client_last_used(row.id).or(row.last_used_at),
        tool: registry.tool_of(row.id).map(|tool| tool.id().to_owned()),
    }
}
