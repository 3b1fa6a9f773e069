//! Limits of single models, and models that an account does not have.

use super::*;
use crate::account::{ModelBlock, ModelReason};
use crate::router::models::UNSUITABLE_LIFE;

const SPARK: &str = "gpt-5.3-codex-spark";
const OTHER: &str = "gpt-6.2-sol";

fn family() -> LimitFamily {
    LimitFamily::named("codex_bengalfox").unwrap()
}

fn limited(reset: Now) -> Class {
    Class::ModelLimit { family: family(), resets_at: Some(reset.wall) }
}

/// What came of an attempt for a model.
fn tried(router: &mut Router, account: AccountId, model: &str, class: Class, now: Now) {
    let ticket = router.begin_for(account, Some(model), now).unwrap();
    router.attempt_ended(ticket, class, now);
}

fn ask_for(router: &mut Router, pool: &Pool, model: &str, now: Now) -> Vec<AccountId> {
    order(&router.choose(&Ask::any(pool).for_model(Some(model)), now))
}

fn seen(used: f64, title: Option<&str>, now: Now) -> FamilyReading {
    FamilyReading { family: family(), title: title.map(str::to_owned), reading: reading(used, now) }
}

#[test]
fn a_limit_of_one_model_keeps_that_model_away_and_no_other() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let reset = later(now, 7200);
    tried(&mut router, id(1), SPARK, limited(reset), now);
    assert_eq!(state(&router, id(1), now), AccountState::Ready);
    assert_eq!(ask_for(&mut router, &pool, OTHER, now), ids([1, 2, 3]));
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
    let selection = router.choose(&Ask::any(&pool).for_model(Some(SPARK)), now);
    assert_eq!(order(&selection), ids([2, 3]));
    let block = ModelBlock { reason: ModelReason::LimitReached, until: Some(reset.wall) };
    assert_eq!(selection.skipped, [Skipped { account: id(1), obstacle: Obstacle::Model(block) }]);
    assert_eq!(ask_for(&mut router, &pool, SPARK, reset), ids([1, 2, 3]));
}

#[test]
fn where_nobody_has_anything_left_for_a_model_its_earliest_reset_is_named() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    for (account, seconds) in [(1, 900), (2, 700), (3, 800)] {
        tried(&mut router, id(account), SPARK, limited(later(now, seconds)), now);
    }
    let outlook = |router: &Router, model| router.outlook_for(pool.accounts(), model, now);
    assert_eq!(outlook(&router, Some(SPARK)), Outlook::Until(later(now, 700).wall));
    assert_eq!(outlook(&router, Some(OTHER)), Outlook::Serving);
    assert_eq!(router.outlook(pool.accounts(), now), Outlook::Serving);
}

#[test]
fn a_family_that_is_named_after_a_model_is_its_limit_before_anybody_was_refused() {
    for title in ["GPT-5.3-Codex-Spark", "GPT 5.3 Codex Spark", " gpt_5.3_codex_spark "] {
        let (mut router, pool, now) = three(Strategy::PrimaryFirst);
        router.observe_family(id(1), seen(100.0, Some(title), now));
        assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([2, 3]), "{title}");
        assert_eq!(ask_for(&mut router, &pool, OTHER, now), ids([1, 2, 3]), "{title}");
    }
}

#[test]
fn models_that_share_a_limit_are_refused_together_once_each_was_seen_to_belong_to_it() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    for model in [SPARK, OTHER] {
        tried(&mut router, id(1), model, limited(later(now, 900)), now);
    }
    router.observe_family(
        id(1),
        FamilyReading {
            reading: Reading { allowed: Some(true), ..reading(5.0, later(now, 60)) },
            ..seen(5.0, None, now)
        },
    );
    for model in [SPARK, OTHER] {
        assert_eq!(ask_for(&mut router, &pool, model, later(now, 60)), ids([1, 2, 3]), "{model}");
    }
}

#[test]
fn the_usage_answer_that_lists_a_limit_is_believed_and_one_that_stops_listing_it_ends_it() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let listing = |limits: Vec<ExtraLimit>, at: Now| Reading {
        extras: Some(Extras { limits, ..Extras::default() }),
        ..reading(10.0, at)
    };
    let spark = ExtraLimit {
        name: "codex_bengalfox".to_owned(),
        title: Some("GPT-5.3-Codex-Spark".to_owned()),
        windows: vec![window(100.0, 18_000, later(now, 600))],
        unmeasured: Vec::new(),
        allowed: None,
        limit_reached: Some(true),
    };
    router.observe(id(1), listing(vec![spark], now));
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([2, 3]));
    assert_eq!(router.families(id(1)).count(), 1);
    router.observe(id(1), listing(Vec::new(), later(now, 60)));
    assert_eq!(ask_for(&mut router, &pool, SPARK, later(now, 60)), ids([1, 2, 3]));
}

#[test]
fn accounts_are_ordered_by_what_they_have_left_for_the_model() {
    let (mut router, pool, now) = three(Strategy::MostHeadroom);
    for (account, used) in [(1, 90.0), (2, 20.0), (3, 50.0)] {
        router.observe_family(id(account), seen(used, Some(SPARK), now));
    }
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([2, 3, 1]));
}

#[test]
fn a_model_is_known_to_belong_to_an_unnamed_limit_up_to_its_reset_and_not_at_it() {
    let (mut router, pool, now) = three(Strategy::MostHeadroom);
    let (before, reset) = (later(now, 7199), later(now, 7200));
    tried(&mut router, id(1), SPARK, limited(reset), now);
    for (account, used) in [(1, 10.0), (2, 50.0), (3, 60.0)] {
        router.observe(id(account), reading(used, before));
    }
    router.observe_family(id(1), seen(95.0, None, before));
    assert_eq!(ask_for(&mut router, &pool, SPARK, before), ids([2, 3, 1]), "by what the limit has left");
    assert_eq!(ask_for(&mut router, &pool, SPARK, reset), ids([1, 2, 3]), "by the account's own quota again");
}

#[test]
fn an_account_that_lacks_a_model_is_passed_over_for_that_model_for_an_hour() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let health = router.health(id(1));
    tried(&mut router, id(1), SPARK, Class::Unsuitable, now);
    assert_eq!((state(&router, id(1), now), router.health(id(1))), (AccountState::Ready, health));
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([2, 3]));
    assert_eq!(ask_for(&mut router, &pool, OTHER, now), ids([1, 2, 3]));
    let hour = UNSUITABLE_LIFE.as_secs() as u64;
    assert_eq!(ask_for(&mut router, &pool, SPARK, later(now, hour - 1)), ids([2, 3]));
    assert_eq!(ask_for(&mut router, &pool, SPARK, later(now, hour)), ids([1, 2, 3]));
}

#[test]
fn the_account_that_is_asked_although_nobody_has_the_model_is_kept_from_nothing_in_its_pool() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let obstacle = |router: &Router, account| {
        router.obstacle_in_pool(&Ask::any(&pool).for_model(Some(SPARK)), id(account), now)
    };
    assert_eq!(obstacle(&router, 1), None);
    tried(&mut router, id(1), SPARK, Class::Unsuitable, now);
    assert!(obstacle(&router, 1).is_some(), "others may have it");
    tried(&mut router, id(2), SPARK, Class::Unsuitable, now);
    tried(&mut router, id(3), SPARK, Class::Unsuitable, now);
    assert_eq!(obstacle(&router, 1), None);
    assert!(obstacle(&router, 2).is_some() && obstacle(&router, 3).is_some());
}

#[test]
fn a_model_that_nobody_has_is_asked_of_one_account_for_the_providers_own_answer() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    for account in pool.accounts() {
        tried(&mut router, account, SPARK, Class::Unsuitable, now);
    }
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([1]));
    assert_eq!(router.outlook_for(pool.accounts(), Some(SPARK), now), Outlook::Serving);
    router.set_activation(id(1), Activation::Paused);
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([2]));
}

#[test]
fn who_lacks_a_model_is_not_asked_while_an_account_that_may_have_it_comes_back_by_itself() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    tried(&mut router, id(1), SPARK, Class::Unsuitable, now);
    tried(&mut router, id(2), SPARK, limited(later(now, 900)), now);
    brief_attempt(&mut router, id(3), exhausted_until(later(now, 600)), now);
    assert_eq!(ask_for(&mut router, &pool, SPARK, now), ids([]));
    let until = Outlook::Until(later(now, 600).wall);
    assert_eq!(router.outlook_for(pool.accounts(), Some(SPARK), now), until);
}

#[test]
fn a_request_that_is_served_shows_that_the_account_has_the_model() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    tried(&mut router, id(1), SPARK, Class::Unsuitable, now);
    tried(&mut router, id(1), SPARK, Class::Success, later(now, 1));
    assert_eq!(ask_for(&mut router, &pool, SPARK, later(now, 1)), ids([1, 2, 3]));
}

#[test]
fn what_is_remembered_of_models_stays_bounded() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    for n in 0..1000 {
        let model = format!("model-{n}");
        tried(&mut router, id(1), &model, Class::Unsuitable, later(now, n));
        let family = LimitFamily::named(&model).unwrap();
        router.observe_family(id(1), FamilyReading { family, ..seen(1.0, None, later(now, n)) });
    }
    let known = |n: u64| {
        let model = format!("model-{n}");
        router.obstacle(id(1), Some(&model), later(now, 999)).is_some()
    };
    assert_eq!((0..1000).filter(|n| known(*n)).count(), 64);
    assert!(known(999), "the newest is kept");
    assert_eq!(router.families(id(1)).count(), 16);
    assert_eq!(ask(&mut router, &pool, later(now, 999)).len(), 3);
}

#[test]
fn reasons_have_the_names_of_activity_records() {
    let names = [ModelReason::LimitReached, ModelReason::Unsuitable].map(ModelReason::name);
    assert_eq!(names, ["model_limit", "unsuitable"]);
    assert_eq!([limited(start()), Class::Unsuitable].map(Class::name), names);
}
