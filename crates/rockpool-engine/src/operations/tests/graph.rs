//! The rules between accounts, pools and clients, on every way in.

use super::*;
use crate::operations::error::ActionErrorKind;
use crate::operations::requests::AccountImport;
use crate::snapshot::{ClientView, PoolView, Snapshot};

const PEOPLE: [&str; 5] = ["ada", "ben", "cleo", "dan", "eva"];

async fn people() -> ServingEngine {
    let world = serving(|_| usage("plus")).await;
    for person in PEOPLE {
        world.import(person).await;
    }
    world
}

fn change(strategy: Strategy, members: &[&str]) -> PoolChange {
    PoolChange {
        strategy,
        extra_provider_names: members.iter().map(|name| (*name).to_owned()).collect(),
        conversations: None,
    }
}

impl ServingEngine {
    async fn pool(&self, owner: &str, members: &[&str]) -> Result<PoolView, ActionError> {
        let engine = self.handle();
        pools::set(&engine, home(&engine), owner, change(Strategy::RoundRobin, members)).await
    }

    fn snapshot(&self) -> Snapshot {
        self.handle().snapshot()
    }

    fn pools(&self) -> Vec<(String, Vec<String>)> {
        let pools = self.snapshot().pools.into_iter();
        pools.map(|pool| (pool.owner, pool.extra_provider_names)).collect()
    }

    /// The accounts that a request of the client is placed over, owner first, and how.
    fn placed_over(&self, client: &str) -> (Vec<String>, Strategy) {
        let engine = self.handle();
        let registry = engine.core().registry.get();
        let row = registry.client_named(home(&engine), client).unwrap();
        let pool = registry.pool_for(row);
        (pool.accounts().map(|account| registry.name_of(account)).collect(), pool.strategy)
    }

    async fn change_client(&self, change: ClientChange) -> Result<ClientView, ActionError> {
        let engine = self.handle();
        clients::update(&engine, home(&engine), "tool", change).await
    }
}

fn pool_of(owner: &str, members: &[&str]) -> (String, Vec<String>) {
    (owner.to_owned(), members.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn every_rule_between_pools_is_refused_with_a_code_the_name_and_a_way_out() {
    let world = people().await;
    world.pool("ada", &["ben"]).await.unwrap();
    let before = world.pools();
    let cases = [
        ("cleo", &["cleo"][..], "self_reference", "cleo"),
        ("cleo", &["nobody"], "unknown_member", "nobody"),
        ("cleo", &["ben"], "member_elsewhere", "ben"),
        ("cleo", &["ada"], "member_owns_pool", "ada"),
        ("ben", &["cleo"], "owner_is_member", "ben"),
        ("nobody", &["cleo"], "account_not_found", "nobody"),
    ];
    for (owner, members, code, subject) in cases {
        let error = world.pool(owner, members).await.unwrap_err();
        assert_eq!((error.code, error.subject.as_deref()), (code, Some(subject)), "{error:?}");
        assert!(error.message.contains(subject) && error.message.ends_with('.'), "{}", error.message);
        assert_ne!(error.kind, ActionErrorKind::Unavailable);
        assert_eq!(world.pools(), before, "{code} saved something");
    }
}

#[tokio::test]
async fn a_member_that_is_named_twice_or_left_blank_counts_once() {
    let world = people().await;
    world.pool("ada", &["ben", " ben ", "", "cleo"]).await.unwrap();
    assert_eq!(world.pools(), [pool_of("ada", &["ben", "cleo"])]);
}

#[tokio::test]
async fn a_pool_that_rotates_goes_on_so_when_a_change_does_not_speak_of_it() {
    let world = people().await;
    let engine = world.handle();
    let rotating =
        PoolChange { conversations: Some(Conversations::Rotate), ..change(Strategy::RoundRobin, &["ben"]) };
    pools::set(&engine, home(&engine), "ada", rotating).await.unwrap();
    let changed = world.pool("ada", &["ben", "cleo"]).await.unwrap();
    assert_eq!(changed.conversations, Conversations::Rotate);
    assert_eq!(world.pool("dan", &["eva"]).await.unwrap().conversations, Conversations::Stay);
}

#[tokio::test]
async fn renaming_owner_and_member_leaves_no_name_dangling() {
    let world = people().await;
    world.pool("ada", &["ben", "cleo"]).await.unwrap();
    world.client("ada").await;
    let engine = world.handle();
    for (old, new) in [("ada", "ada-2"), ("cleo", "cleo-2")] {
        let renamed = AccountChange { name: Some(new.to_owned()), ..AccountChange::default() };
        accounts::update(&engine, home(&engine), old, renamed).await.unwrap();
    }
    assert_eq!(world.pools(), [pool_of("ada-2", &["ben", "cleo-2"])]);
    assert_eq!(world.snapshot().clients[0].account, "ada-2");
    let taken = AccountChange { name: Some("ben".to_owned()), ..AccountChange::default() };
    let error = accounts::update(&engine, home(&engine), "dan", taken).await.unwrap_err();
    assert_eq!(error.code, "name_taken");
}

#[tokio::test]
async fn removing_a_member_takes_it_out_and_removing_an_owner_dissolves_its_pool() {
    let world = people().await;
    world.pool("ada", &["ben", "cleo"]).await.unwrap();
    let engine = world.handle();
    accounts::remove(&engine, home(&engine), "ben").await.unwrap();
    assert_eq!(world.pools(), [pool_of("ada", &["cleo"])]);
    accounts::remove(&engine, home(&engine), "ada").await.unwrap();
    assert_eq!(world.pools(), []);
    world.pool("dan", &["cleo"]).await.unwrap();
}

#[tokio::test]
async fn an_account_that_a_tool_is_pointed_at_is_not_removed() {
    let world = people().await;
    world.client("ada").await;
    let engine = world.handle();
    let error = accounts::remove(&engine, home(&engine), "ada").await.unwrap_err();
    assert_eq!((error.code, error.subject.as_deref()), ("account_in_use", Some("ada")));
    assert!(error.message.contains("tool"), "{}", error.message);
}

#[tokio::test]
async fn importing_the_same_login_again_repairs_the_account_and_keeps_its_pool() {
    let world = people().await;
    world.pool("ada", &["ben"]).await.unwrap();
    let engine = world.handle();
    let fresh = AccountImport {
        auth_json: import_of("ben").auth_json.expose_secret().replace("rt-ben", "rt-ben-2").into(),
        name: None,
        ..import_of("ben")
    };
    accounts::import(&engine, home(&engine), fresh).await.unwrap();
    assert_eq!(world.snapshot().accounts.len(), PEOPLE.len());
    assert_eq!(world.pools(), [pool_of("ada", &["ben"])]);
}

#[tokio::test]
async fn an_edit_of_the_pool_is_seen_by_the_next_request_of_every_inheriting_client() {
    let world = people().await;
    world.client("ada").await;
    assert_eq!(world.placed_over("tool"), (vec!["ada".to_owned()], Strategy::PrimaryFirst));
    let engine = world.handle();
    for strategy in Strategy::ALL {
        pools::set(&engine, home(&engine), "ada", change(strategy, &["cleo", "ben"])).await.unwrap();
        let all = ["ada", "cleo", "ben"].map(str::to_owned).to_vec();
        assert_eq!(world.placed_over("tool"), (all, strategy));
    }
    pools::remove(&engine, home(&engine), "ada").await.unwrap();
    assert_eq!(world.placed_over("tool"), (vec!["ada".to_owned()], Strategy::PrimaryFirst));
}

#[tokio::test]
async fn a_client_follows_its_accounts_pool_overrides_the_strategy_or_stays_on_one_account() {
    let world = people().await;
    world.pool("ada", &["ben"]).await.unwrap();
    world.client("ada").await;
    let both = || ["ada", "ben"].map(str::to_owned).to_vec();
    let alone = || vec!["ada".to_owned()];
    let mode = |mode| ClientChange { override_mode: Some(mode), ..ClientChange::default() };
    assert_eq!(world.placed_over("tool"), (both(), Strategy::RoundRobin));

    let without = world.change_client(mode(OverrideMode::Custom)).await.unwrap_err();
    assert_eq!(without.code, "strategy_missing");
    let own = ClientChange { strategy: Some(Strategy::MostHeadroom), ..mode(OverrideMode::Custom) };
    world.change_client(own).await.unwrap();
    assert_eq!(world.placed_over("tool"), (both(), Strategy::MostHeadroom));

    world.change_client(mode(OverrideMode::Single)).await.unwrap();
    assert_eq!(world.placed_over("tool").0, alone());
    let back = world.change_client(mode(OverrideMode::Inherit)).await.unwrap();
    assert_eq!((back.strategy, world.placed_over("tool")), (None, (both(), Strategy::RoundRobin)));
}

#[tokio::test]
async fn the_seeds_spelling_of_a_single_account_is_understood_and_membership_stays_the_accounts() {
    let world = people().await;
    world.pool("ada", &["ben", "cleo"]).await.unwrap();
    world.client("ada").await;
    let custom = |strategy, members: &[&str]| ClientChange {
        override_mode: Some(OverrideMode::Custom),
        strategy: Some(strategy),
        extra_provider_names: Some(members.iter().map(|name| (*name).to_owned()).collect()),
        ..ClientChange::default()
    };
    let single = world.change_client(custom(Strategy::PriorityOrder, &[])).await.unwrap();
    assert_eq!(single.override_mode, OverrideMode::Single);
    let round = world.change_client(custom(Strategy::RoundRobin, &[])).await.unwrap();
    assert_eq!(round.override_mode, OverrideMode::Custom);
    world.change_client(custom(Strategy::PriorityOrder, &["ben", "cleo"])).await.unwrap();
    assert_eq!(world.placed_over("tool").0.len(), 3);
    for foreign in [&["cleo", "ben"][..], &["ben"], &["ben", "cleo", "dan"]] {
        let error = world.change_client(custom(Strategy::PriorityOrder, foreign)).await.unwrap_err();
        assert_eq!((error.code, error.subject.as_deref()), ("members_differ", Some("ada")));
    }
}
