//! What tokens would cost at the list prices of OpenAI's API. Nobody is billed so: accounts are paid by the month.
//!
//! Standard prices: an answer does not tell which service tier it had. A model without a price has no cost.

mod price_list;
mod table;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use price_list::PriceSource;

use crate::model::activity::{RequestRecord, TokenUsage};
use price_list::{Price, Rates};

/// Where the prices come from.
pub(crate) fn source() -> PriceSource {
    table::SOURCE
}

/// An amount of US dollars, exact to a millionth of a millionth: what one token costs is a whole number of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Money(u128);

impl Money {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In millionths of a dollar, rounded half up.
    pub(crate) fn micro_usd(self) -> u64 {
        const MICRO: u128 = 1_000_000;
        u64::try_from((self.0 / MICRO).saturating_add((self.0 % MICRO) / (MICRO / 2))).unwrap_or(u64::MAX)
    }
}

/// What an answer would have cost on the day it was given. `None` for a model without a price, and for counts that are
/// missing or contradict each other. Reasoning is part of the output, and billed as such.
pub(crate) fn cost(model: &str, at: Timestamp, tokens: TokenUsage) -> Option<Money> {
    let name = model.to_ascii_lowercase();
    let model = table::MODELS.iter().find(|model| model.is_called(&name))?;
    let day = at.to_zoned(TimeZone::UTC).date();
    let (input, output) = (tokens.input?, tokens.output?);
    let (cached, written) = (tokens.cached.unwrap_or_default(), tokens.cache_write.unwrap_or_default());
    let plain = input.checked_sub(cached)?.checked_sub(written)?;
    let rates = model.price_on(day).and_then(|price: &Price| price.rates_for(input))?;
    let Rates { input, cached: cached_rate, cache_write, output: output_rate, above: _ } = *rates;
    let of = |count: u64, rate: u64| Money(u128::from(count) * u128::from(rate));
    // Where the list has no price of its own for the cache, its tokens are input like any other.
    Some(
        of(plain, input)
            .plus(of(cached, cached_rate.unwrap_or(input)))
            .plus(of(written, cache_write.unwrap_or(input)))
            .plus(of(output, output_rate)),
    )
}

/// The same of one request.
pub(crate) fn cost_of(request: &RequestRecord) -> Option<Money> {
    cost(request.model.as_deref()?, request.at, request.usage())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-01T00:00:00Z";

    fn usage(input: u64, cached: u64, output: u64) -> TokenUsage {
        TokenUsage { input: Some(input), cached: Some(cached), output: Some(output), ..TokenUsage::default() }
    }

    fn micro(model: &str, at: &str, tokens: TokenUsage) -> Option<u64> {
        cost(model, at.parse().unwrap(), tokens).map(Money::micro_usd)
    }

    #[test]
    fn cached_input_other_input_and_output_have_a_price_each() {
        // $1.25, $0.125 and $10 for a million.
        assert_eq!(
            micro("gpt-5", NOW, usage(1_000_000, 400_000, 100_000)),
            Some(750_000 + 50_000 + 1_000_000)
        );
    }

    #[test]
    fn reasoning_is_output_already_and_costs_nothing_more() {
        let silent = usage(10, 0, 100);
        let thoughtful = TokenUsage { reasoning: Some(90), ..silent };
        assert_eq!(micro("gpt-5", NOW, thoughtful), micro("gpt-5", NOW, silent));
    }

    #[test]
    fn what_is_written_to_the_cache_costs_what_the_list_says() {
        // $4 for a million, and $5 where it is written to the cache.
        let written = TokenUsage { cache_write: Some(100_000), ..usage(200_000, 0, 0) };
        assert_eq!(micro("gpt-5.6-sol", NOW, written), Some(400_000 + 500_000));
        let nothing_listed = TokenUsage { cache_write: Some(100_000), ..usage(200_000, 0, 0) };
        assert_eq!(micro("gpt-5", NOW, nothing_listed), Some(250_000));
    }

    #[test]
    fn a_long_prompt_makes_all_of_the_answer_dearer_from_one_token_more_than_the_list_says() {
        assert_eq!(micro("gpt-5.4", NOW, usage(272_000, 0, 1_000)), Some(680_000 + 15_000));
        assert_eq!(micro("gpt-5.4", NOW, usage(272_001, 0, 1_000)), Some(1_360_005 + 22_500));
    }

    #[test]
    fn an_answer_costs_what_it_cost_on_its_day() {
        let tokens = usage(100_000, 0, 100_000);
        assert_eq!(micro("gpt-5.6-sol", "2026-08-20T23:59:59Z", tokens), Some(500_000 + 3_000_000));
        assert_eq!(micro("gpt-5.6-sol", "2026-08-21T00:00:00Z", tokens), Some(400_000 + 2_000_000));
    }

    #[test]
    fn a_name_is_known_exactly_or_with_the_date_that_the_list_allows_and_never_by_likeness() {
        let tokens = usage(1_000, 0, 0);
        for known in ["gpt-5", "GPT-5-Codex", "gpt-5-2025-08-07", "gpt-5.6-sol-2026-07-09"] {
            assert!(micro(known, NOW, tokens).is_some(), "{known}");
        }
        for unknown in [
            "gpt-5-2025-08-08",
            "gpt-5-turbo",
            "my-gpt-5",
            "gpt-5.6-sol-latest",
            "gpt-5.6-sol-2026-7-9",
            "gpt-5.6-sol-2026-07-09-x",
            "claude-sonnet-4-5",
            "",
        ] {
            assert_eq!(micro(unknown, NOW, tokens), None, "{unknown}");
        }
    }

    #[test]
    fn counts_that_are_missing_or_contradict_each_other_give_no_cost_rather_than_nothing() {
        let whole = usage(10, 4, 2);
        for tokens in [
            TokenUsage { input: None, ..whole },
            TokenUsage { output: None, ..whole },
            TokenUsage { cached: Some(11), ..whole },
            TokenUsage { cache_write: Some(7), ..whole },
        ] {
            assert_eq!(micro("gpt-5", NOW, tokens), None, "{tokens:?}");
        }
        assert!(micro("gpt-5", NOW, TokenUsage { cached: None, ..whole }).is_some());
    }

    #[test]
    fn a_sum_is_exact_before_it_is_rounded_and_never_overflows() {
        // $0.125 for a million: an eighth of a millionth of a dollar.
        let one = cost("gpt-5", NOW.parse().unwrap(), usage(1, 1, 0)).unwrap();
        let sum = |times: usize| (0..times).fold(Money::default(), |sum, _| sum.plus(one));
        assert_eq!([sum(1), sum(3), sum(4), sum(8)].map(Money::micro_usd), [0, 0, 1, 1]);
        let most = cost("gpt-5", NOW.parse().unwrap(), usage(u64::MAX, 0, u64::MAX)).unwrap();
        assert_eq!(most.plus(Money(u128::MAX)).micro_usd(), u64::MAX);
    }

    #[test]
    fn no_two_models_of_the_table_share_a_name_and_all_have_a_price() {
        let mut names: Vec<&str> =
            table::MODELS.iter().flat_map(|model| model.names().chain(model.dated_names())).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        // A dated name is listed beside the exact one.
        let dated = table::MODELS.iter().flat_map(price_list::Model::dated_names).count();
        assert!(names.len() >= all - dated, "{names:?}");
        let first = "2020-01-01T00:00:00Z";
        for name in table::MODELS.iter().flat_map(price_list::Model::names) {
            assert!(micro(name, first, usage(1_000_000, 0, 0)).is_some_and(|cost| cost > 0), "{name}");
        }
    }
}
