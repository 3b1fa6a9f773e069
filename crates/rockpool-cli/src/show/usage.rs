//! Tokens put together, and what they would have cost at the prices of the API.

use rockpool_engine::snapshot::{PriceSourceView, UsageBy, UsageRowView, UsageSums, UsageView};

use super::table::table;

pub(crate) fn usage(usage: &UsageView) -> Vec<String> {
    if usage.rows.is_empty() {
        return vec!["No request is recorded in this time.".to_owned()];
    }
    let head = match usage.by {
        UsageBy::Tool => "TOOL",
        UsageBy::Account => "ACCOUNT",
        UsageBy::Client => "CLIENT",
        UsageBy::Model => "MODEL",
        UsageBy::Day => "DAY",
    };
    let total = UsageRowView { key: Some("together".to_owned()), sums: usage.total };
    let rows: Vec<[String; 7]> = usage.rows.iter().chain([&total]).map(row).collect();
    let mut lines =
        table([head, "REQUESTS", "INPUT", "CACHED", "OUTPUT", "REASONING", "AT API PRICES"], &rows);
    lines.extend(notes(usage));
    lines
}

fn row(row: &UsageRowView) -> [String; 7] {
    let sums = &row.sums;
    [
        row.key.clone().unwrap_or_else(|| "(unknown)".to_owned()),
        grouped(sums.requests),
        grouped(sums.input_tokens),
        share(sums),
        grouped(sums.output_tokens),
        grouped(sums.reasoning_tokens),
        sums.at_api_prices_micro_usd.map_or_else(|| "-".to_owned(), dollars),
    ]
}

fn notes(usage: &UsageView) -> Vec<String> {
    let PriceSourceView { package, version, date } = &usage.prices;
    let mut notes = vec![
        "No bill: what the same tokens would have cost through the API at standard".to_owned(),
        format!("prices, by {package} {version}, taken on {date}. Reasoning is part of the output."),
    ];
    let unpriced = usage.total.counted.saturating_sub(usage.total.priced);
    if unpriced > 0 {
        notes.push(format!("Left out, for want of a price of their model: {} requests.", grouped(unpriced)));
    }
    if let Some(since) = usage.recorded_since.filter(|since| *since > usage.from) {
        notes.push(format!("The record goes back to {since:.0}."));
    }
    notes
}

/// Of the input, what came from the prompt cache.
fn share(sums: &UsageSums) -> String {
    if sums.input_tokens == 0 {
        return "-".to_owned();
    }
    format!("{}%", u128::from(sums.cached_tokens) * 100 / u128::from(sums.input_tokens))
}

/// "$1,234.56"; "<$0.01" for less than a cent that is not nothing.
fn dollars(micro: u64) -> String {
    let cents = micro / 10_000 + u64::from(micro % 10_000 >= 5_000);
    if cents == 0 && micro > 0 {
        return "<$0.01".to_owned();
    }
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

/// "1,234,567".
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_to_cents_and_never_to_nothing() {
        let said = [0, 1, 4_999, 5_000, 9_999, 1_234_567_890_000].map(dollars);
        assert_eq!(said, ["$0.00", "<$0.01", "<$0.01", "$0.01", "$0.01", "$1,234,567.89"]);
    }

    #[test]
    fn figures_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
