//! A list of prices, as the generated table spells it, and which of them holds.

use jiff::civil::Date;

/// The published package that the prices were taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PriceSource {
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    /// The day on which its data was taken over.
    pub(crate) taken: Date,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Model {
    names: &'static [&'static str],
    /// Names that are followed by a date, as in `NAME-2026-07-09`.
    dated: &'static [&'static str],
    prices: &'static [Price],
}

/// Prices from a day on, in UTC; from the beginning where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    since: Option<Date>,
    rates: &'static [Rates],
}

/// Millionths of a dollar for a million tokens. They hold for all tokens of an answer whose input is longer than `above`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) above: u64,
    pub(super) input: u64,
    pub(super) cached: Option<u64>,
    pub(super) cache_write: Option<u64>,
    pub(super) output: u64,
}

pub(super) const fn model(
    names: &'static [&'static str],
    dated: &'static [&'static str],
    prices: &'static [Price],
) -> Model {
    Model { names, dated, prices }
}

pub(super) const fn price(since: Option<Date>, rates: &'static [Rates]) -> Price {
    Price { since, rates }
}

pub(super) const fn rates(
    above: u64,
    input: u64,
    cached: Option<u64>,
    cache_write: Option<u64>,
    output: u64,
) -> Rates {
    Rates { above, input, cached, cache_write, output }
}

impl Model {
    /// By a name in lower case.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let dated = |base: &&str| name.strip_prefix(*base).is_some_and(is_date_suffix);
        self.names.contains(&name) || self.dated.iter().any(dated)
    }

    /// The last one that holds on a day; before all of them, the first.
    pub(super) fn price_on(&self, day: Date) -> Option<&Price> {
        let holds = |price: &&Price| price.since.is_none_or(|since| since <= day);
        self.prices.iter().rev().find(holds).or(self.prices.first())
    }

    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    #[cfg(test)]
    pub(super) fn dated_names(&self) -> impl Iterator<Item = &'static str> {
        self.dated.iter().copied()
    }
}

impl Price {
    pub(super) fn rates_for(&self, input: u64) -> Option<&Rates> {
        self.rates.iter().rev().find(|rates| rates.above == 0 || input > rates.above)
    }
}

/// `-2026-07-09`.
fn is_date_suffix(text: &str) -> bool {
    let form = b"-dddd-dd-dd";
    text.len() == form.len()
        && text
            .bytes()
            .zip(form)
            .all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == *form })
}
