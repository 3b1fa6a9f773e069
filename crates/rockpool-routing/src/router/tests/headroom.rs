//! `most_headroom` and `soonest_reset`.

use super::*;

const WEEK: u32 = 604_800;

/// Three accounts with so much used of a week that begins anew after so many hours.
fn used(strategy: Strategy, accounts: [(f64, Option<u64>); 3]) -> (Router, Pool, Now) {
    let (mut router, pool, now) = three_unknown(strategy);
    for (account, (used, hours)) in pool.accounts().zip(accounts) {
        let resets = hours.map(|hours| later(now, hours * 3600).wall);
        let window = Window::reported(used, Some(WEEK), resets).unwrap();
        router.observe(account, Reading::new(now.wall, Source::Usage, vec![window]));
    }
    (router, pool, now)
}

#[test]
fn the_account_with_the_most_left_comes_first() {
    let (mut router, pool, now) =
        used(Strategy::MostHeadroom, [(50.0, Some(9)), (10.0, Some(9)), (20.0, Some(9))]);
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
}

#[test]
fn the_tightest_window_of_an_account_counts() {
    let (mut router, pool, now) = three_unknown(Strategy::MostHeadroom);
    for (account, short) in pool.accounts().zip([60.0, 50.0, 50.0]) {
        let windows = vec![window(short, 18_000, later(now, 60)), window(1.0, WEEK, later(now, 3600))];
        router.observe(account, Reading::new(now.wall, Source::Headers, windows));
    }
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
    assert_eq!(ask(&mut router, &pool, later(now, 60)), ids([1, 3, 2]));
}

#[test]
fn of_accounts_with_equally_much_left_the_one_chosen_longest_ago_comes_first() {
    let (mut router, pool, now) = used(Strategy::MostHeadroom, [(50.0, Some(9)); 3]);
    router.start_rotation(id(1), 1);
    let orders: Vec<_> = (0..4).map(|_| ask(&mut router, &pool, now)).collect();
    assert_eq!(orders, [[2, 3, 1], [3, 1, 2], [1, 2, 3], [2, 3, 1]].map(ids).to_vec());
}

#[test]
fn each_attempt_under_way_counts_for_one_point_of_what_is_left() {
    let (mut router, pool, now) =
        used(Strategy::MostHeadroom, [(50.0, Some(9)), (52.0, Some(9)), (90.0, Some(9))]);
    let _one = router.begin(id(1), now).unwrap();
    assert_eq!(ask(&mut router, &pool, now)[0], id(1));
    let _two = router.begin(id(1), now).unwrap();
    assert_eq!(ask(&mut router, &pool, now)[0], id(2));
    let _three = router.begin(id(1), now).unwrap();
    assert_eq!(ask(&mut router, &pool, now)[0], id(2));
}

#[test]
fn an_account_with_less_left_than_is_under_way_on_it_still_comes_before_one_of_unknown_quota() {
    let (mut router, pool, now) = three_unknown(Strategy::MostHeadroom);
    router.observe(id(2), reading(98.0, now));
    let _under_way: Vec<_> = (0..5).map(|_| router.begin(id(2), now).unwrap()).collect();
    let selection = router.choose(&Ask::any(&pool), now);
    assert_eq!(order(&selection), ids([2, 1, 3]));
    assert_eq!(selection.candidates[1].placement, Placement::Fallback);
}

#[test]
fn fallback_accounts_stay_in_pool_order_behind_active_ones_whatever_they_have_left() {
    for strategy in [Strategy::MostHeadroom, Strategy::SoonestReset] {
        let (mut router, pool, now) = used(strategy, [(50.0, Some(9)), (10.0, Some(2)), (90.0, Some(50))]);
        fail_thrice(&mut router, id(1), now);
        fail_thrice(&mut router, id(2), now);
        assert_eq!(ask(&mut router, &pool, now), ids([3, 1, 2]), "{strategy:?}");
        fail_thrice(&mut router, id(3), now);
        assert_eq!(ask(&mut router, &pool, now), ids([2, 1, 3]), "{strategy:?}");
    }
}

#[test]
fn the_account_whose_quota_comes_back_first_comes_first() {
    let (mut router, pool, now) =
        used(Strategy::SoonestReset, [(1.0, Some(30)), (90.0, Some(20)), (50.0, Some(100))]);
    assert_eq!(ask(&mut router, &pool, now), ids([2, 1, 3]));
    assert_eq!(ask(&mut router, &pool, now), ids([2, 1, 3]));
}

#[test]
fn an_account_without_a_known_reset_comes_after_those_with_one() {
    let (mut router, pool, now) = used(Strategy::SoonestReset, [(1.0, None), (90.0, Some(160)), (2.0, None)]);
    assert_eq!(ask(&mut router, &pool, now), ids([2, 1, 3]));
    assert_eq!(ask(&mut router, &pool, later(now, 160 * 3600))[0], id(2));
}

#[test]
fn of_accounts_that_come_back_together_the_one_with_the_most_left_comes_first() {
    let (mut router, pool, now) =
        used(Strategy::SoonestReset, [(50.0, Some(20)), (40.0, Some(20)), (40.0, Some(20))]);
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
    assert_eq!(ask(&mut router, &pool, now), ids([3, 2, 1]));
    let _two: Vec<_> = (0..2).map(|_| router.begin(id(2), now).unwrap()).collect();
    assert_eq!(ask(&mut router, &pool, now), ids([3, 2, 1]));
}

#[test]
fn the_reset_of_the_longest_window_counts_and_not_that_of_a_short_one() {
    let (mut router, pool, now) = three_unknown(Strategy::SoonestReset);
    for (account, (short, long)) in pool.accounts().zip([(60, 20), (9_000, 20), (12_000, 19)]) {
        let windows =
            vec![window(5.0, 18_000, later(now, short)), window(5.0, WEEK, later(now, long * 3600))];
        router.observe(account, Reading::new(now.wall, Source::Headers, windows));
    }
    assert_eq!(ask(&mut router, &pool, now), ids([3, 1, 2]));
}

#[test]
fn an_account_of_which_a_figure_is_missing_is_not_preferred_for_it() {
    for strategy in [Strategy::MostHeadroom, Strategy::SoonestReset] {
        let (mut router, pool, now) = used(strategy, [(50.0, Some(9)), (97.0, Some(20)), (60.0, Some(90))]);
        let soon = UnmeasuredWindow::reported(Some(18_000), Some(later(now, 60).wall)).unwrap();
        let untold = Reading { unmeasured: vec![soon], ..Reading::new(now.wall, Source::Usage, vec![]) };
        router.observe(id(1), untold);
        assert_eq!(ask(&mut router, &pool, now)[2], id(1), "{strategy:?}");
    }
}
