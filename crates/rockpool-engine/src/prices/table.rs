//! Prices of OpenAI's text models. Made by `cargo xtask prices`, which overwrites it.
//!
//! The figures are those of the Python package `genai-prices` 0.2.3
//! (<https://github.com/pydantic/genai-prices>), Copyright (c) Pydantic Services Inc. 2025 to present, under the
//! MIT License, whose text is that of `LICENSE-MIT`.

use jiff::civil::date;

use super::price_list::{Model, PriceSource, model, price, rates};

pub(super) const SOURCE: PriceSource =
    PriceSource { package: "genai-prices", version: "0.2.3", taken: date(2026, 11, 27) };

pub(super) const MODELS: &[Model] = &[
    model(&["chatgpt-4o-latest"], &[], &[price(None, &[rates(0, 5_000_000, None, None, 15_000_000)])]),
    model(
        &["codex-mini", "codex-mini-latest"],
        &[],
        &[price(None, &[rates(0, 1_500_000, Some(375_000), None, 6_000_000)])],
    ),
    model(
        &["gpt-3.5-turbo-0301", "gpt-3.5-0301"],
        &[],
        &[price(None, &[rates(0, 1_500_000, None, None, 2_000_000)])],
    ),
    model(
        &["gpt-3.5-turbo", "gpt-35-turbo", "gpt-3.5-turbo-0125"],
        &[],
        &[price(None, &[rates(0, 500_000, None, None, 1_500_000)])],
    ),
    model(&["gpt-3.5-turbo-0613"], &[], &[price(None, &[rates(0, 1_500_000, None, None, 2_000_000)])]),
    model(&["gpt-3.5-turbo-1106"], &[], &[price(None, &[rates(0, 1_000_000, None, None, 2_000_000)])]),
    model(
        &["gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k-0613", "gpt-35-turbo-16k-0613", "gpt-35-turbo-16k"],
        &[],
        &[price(None, &[rates(0, 3_000_000, None, None, 4_000_000)])],
    ),
    model(
        &["gpt-3.5-turbo-instruct-0914"],
        &[],
        &[price(None, &[rates(0, 1_500_000, None, None, 2_000_000)])],
    ),
    model(
        &["gpt-4", "gpt-4-0314", "gpt-4-0613"],
        &[],
        &[price(None, &[rates(0, 30_000_000, None, None, 60_000_000)])],
    ),
    model(
        &["gpt-4-32k", "gpt-4-32k-0314", "gpt-4-32k-0613"],
        &[],
        &[price(None, &[rates(0, 60_000_000, None, None, 120_000_000)])],
    ),
    model(
        &[
            "gpt-4-turbo",
            "gpt-4-turbo-2024-04-09",
            "gpt-4-turbo-0125-preview",
            "gpt-4-0125-preview",
            "gpt-4-1106-preview",
            "gpt-4-turbo-preview",
        ],
        &[],
        &[price(None, &[rates(0, 10_000_000, None, None, 30_000_000)])],
    ),
    model(
        &["gpt-4-vision-preview", "gpt-4-1106-vision-preview"],
        &[],
        &[price(None, &[rates(0, 10_000_000, None, None, 30_000_000)])],
    ),
    model(
        &["gpt-4.1", "gpt-4.1-2025-04-14"],
        &[],
        &[price(None, &[rates(0, 2_000_000, Some(500_000), None, 8_000_000)])],
    ),
    model(
        &["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"],
        &[],
        &[price(None, &[rates(0, 400_000, Some(100_000), None, 1_600_000)])],
    ),
    model(
        &["gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"],
        &[],
        &[price(None, &[rates(0, 100_000, Some(25_000), None, 400_000)])],
    ),
    model(
        &["gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"],
        &[],
        &[price(None, &[rates(0, 2_500_000, Some(1_250_000), None, 10_000_000)])],
    ),
    model(&["gpt-4o-2024-05-13"], &[], &[price(None, &[rates(0, 5_000_000, None, None, 15_000_000)])]),
    model(
        &[
            "gpt-4o-mini",
            "gpt-4o-mini-2024-07-18",
            "gpt-4o-mini-search-preview",
            "gpt-4o-mini-search-preview-2025-03-11",
        ],
        &[],
        &[price(None, &[rates(0, 150_000, Some(75_000), None, 600_000)])],
    ),
    model(&["gpt-4o:extended"], &[], &[price(None, &[rates(0, 6_000_000, None, None, 18_000_000)])]),
    model(
        &["gpt-5", "gpt-5-2025-08-07", "gpt-5-chat", "gpt-5-chat-latest", "gpt-5-codex"],
        &[],
        &[price(None, &[rates(0, 1_250_000, Some(125_000), None, 10_000_000)])],
    ),
    model(
        &["gpt-5-mini", "gpt-5-mini-2025-08-07"],
        &[],
        &[price(None, &[rates(0, 250_000, Some(25_000), None, 2_000_000)])],
    ),
    model(&["gpt-5-nano"], &[], &[price(None, &[rates(0, 50_000, Some(5_000), None, 400_000)])]),
    model(
        &["gpt-5-pro", "gpt-5-pro-2025-10-06"],
        &[],
        &[price(None, &[rates(0, 15_000_000, None, None, 120_000_000)])],
    ),
    model(
        &[
            "gpt-5.1",
            "gpt-5.1-2025-11-13",
            "gpt-5.1-codex",
            "gpt-5.1-codex-max",
            "gpt-5.1-chat",
            "gpt-5.1-chat-latest",
            "gpt-5-1",
            "gpt-5-1-2025-11-13",
            "gpt-5-1-codex",
            "gpt-5-1-codex-max",
            "gpt-5-1-chat",
            "gpt-5-1-chat-latest",
        ],
        &[],
        &[price(None, &[rates(0, 1_250_000, Some(125_000), None, 10_000_000)])],
    ),
    model(
        &["gpt-5.1-codex-mini", "gpt-5.1-mini", "gpt-5-1-codex-mini", "gpt-5-1-mini"],
        &[],
        &[price(None, &[rates(0, 250_000, Some(25_000), None, 2_000_000)])],
    ),
    model(
        &[
            "gpt-5.2",
            "gpt-5.2-2025-12-11",
            "gpt-5-2",
            "gpt-5-2-2025-12-11",
            "gpt-5.2-chat",
            "gpt-5.2-chat-latest",
            "gpt-5-2-chat",
            "gpt-5-2-chat-latest",
            "gpt-5.2-codex",
            "gpt-5-2-codex",
        ],
        &[],
        &[price(None, &[rates(0, 1_750_000, Some(175_000), None, 14_000_000)])],
    ),
    model(
        &["gpt-5.2-pro", "gpt-5.2-pro-2025-12-11", "gpt-5-2-pro-2025-12-11"],
        &[],
        &[price(None, &[rates(0, 21_000_000, None, None, 168_000_000)])],
    ),
    model(
        &["gpt-5.3", "gpt-5-3", "gpt-5.3-chat", "gpt-5.3-chat-latest", "gpt-5-3-chat", "gpt-5-3-chat-latest"],
        &[],
        &[price(None, &[rates(0, 1_750_000, Some(175_000), None, 14_000_000)])],
    ),
    model(
        &["gpt-5.3-codex", "gpt-5-3-codex"],
        &[],
        &[price(None, &[rates(0, 1_750_000, Some(175_000), None, 14_000_000)])],
    ),
    model(
        &["gpt-5.4", "gpt-5.4-2026-03-05", "gpt-5-4", "gpt-5-4-2026-03-05"],
        &[],
        &[price(
            None,
            &[
                rates(0, 2_500_000, Some(250_000), None, 15_000_000),
                rates(272_000, 5_000_000, Some(500_000), None, 22_500_000),
            ],
        )],
    ),
    model(
        &["gpt-5.4-mini", "gpt-5.4-mini-2026-03-17", "gpt-5-4-mini", "gpt-5-4-mini-2026-03-17"],
        &[],
        &[price(None, &[rates(0, 750_000, Some(75_000), None, 4_500_000)])],
    ),
    model(
        &["gpt-5.4-nano", "gpt-5.4-nano-2026-03-17", "gpt-5-4-nano", "gpt-5-4-nano-2026-03-17"],
        &[],
        &[price(None, &[rates(0, 200_000, Some(20_000), None, 1_250_000)])],
    ),
    model(
        &["gpt-5.4-pro", "gpt-5.4-pro-2026-03-05", "gpt-5-4-pro", "gpt-5-4-pro-2026-03-05"],
        &[],
        &[price(
            None,
            &[
                rates(0, 30_000_000, None, None, 180_000_000),
                rates(272_000, 60_000_000, None, None, 270_000_000),
            ],
        )],
    ),
    model(
        &[
            "gpt-5.5",
            "gpt-5.5-2026-04-23",
            "gpt-5.5-2026-04-24",
            "gpt-5-5",
            "gpt-5-5-2026-04-23",
            "gpt-5-5-2026-04-24",
            "gpt-5.5-chat",
            "gpt-5.5-chat-latest",
            "gpt-5-5-chat",
            "gpt-5-5-chat-latest",
            "gpt-5.5-codex",
            "gpt-5-5-codex",
        ],
        &[],
        &[price(
            None,
            &[
                rates(0, 5_000_000, Some(500_000), None, 30_000_000),
                rates(272_000, 10_000_000, Some(1_000_000), None, 45_000_000),
            ],
        )],
    ),
    model(
        &["gpt-5.5-cyber"],
        &[],
        &[
            price(None, &[rates(0, 12_500_000, None, None, 75_000_000)]),
            price(Some(date(2026, 10, 19)), &[rates(0, 12_500_000, Some(1_250_000), None, 75_000_000)]),
        ],
    ),
    model(
        &["gpt-5.5-pro", "gpt-5.5-pro-2026-04-23", "gpt-5-5-pro", "gpt-5-5-pro-2026-04-23"],
        &[],
        &[price(
            None,
            &[
                rates(0, 30_000_000, None, None, 180_000_000),
                rates(272_000, 60_000_000, None, None, 270_000_000),
            ],
        )],
    ),
    model(
        &["gpt-5.6-cyber"],
        &[],
        &[price(None, &[rates(0, 12_500_000, Some(1_250_000), Some(15_625_000), 75_000_000)])],
    ),
    model(
        &["gpt-5.6-luna", "gpt-5-6-luna"],
        &["gpt-5.6-luna", "gpt-5-6-luna"],
        &[
            price(
                None,
                &[
                    rates(0, 1_000_000, Some(100_000), Some(1_250_000), 6_000_000),
                    rates(272_000, 2_000_000, Some(200_000), Some(2_500_000), 9_000_000),
                ],
            ),
            price(
                Some(date(2026, 7, 30)),
                &[
                    rates(0, 200_000, Some(20_000), Some(250_000), 1_200_000),
                    rates(272_000, 400_000, Some(40_000), Some(500_000), 1_800_000),
                ],
            ),
        ],
    ),
    model(
        &["gpt-5.6-sol", "gpt-5-6-sol", "gpt-5.6", "gpt-5-6"],
        &["gpt-5.6-sol", "gpt-5-6-sol"],
        &[
            price(
                None,
                &[
                    rates(0, 5_000_000, Some(500_000), Some(6_250_000), 30_000_000),
                    rates(272_000, 10_000_000, Some(1_000_000), Some(12_500_000), 45_000_000),
                ],
            ),
            price(
                Some(date(2026, 8, 21)),
                &[
                    rates(0, 4_000_000, Some(400_000), Some(5_000_000), 20_000_000),
                    rates(272_000, 8_000_000, Some(800_000), Some(10_000_000), 30_000_000),
                ],
            ),
        ],
    ),
    model(
        &["gpt-5.6-terra", "gpt-5-6-terra"],
        &["gpt-5.6-terra", "gpt-5-6-terra"],
        &[
            price(
                None,
                &[
                    rates(0, 2_500_000, Some(250_000), Some(3_125_000), 15_000_000),
                    rates(272_000, 5_000_000, Some(500_000), Some(6_250_000), 22_500_000),
                ],
            ),
            price(
                Some(date(2026, 7, 30)),
                &[
                    rates(0, 2_000_000, Some(200_000), Some(2_500_000), 12_000_000),
                    rates(272_000, 4_000_000, Some(400_000), Some(5_000_000), 18_000_000),
                ],
            ),
        ],
    ),
    model(
        &["gpt-6-astra"],
        &["gpt-6-astra"],
        &[price(
            None,
            &[
                rates(0, 10_000_000, Some(1_000_000), Some(12_500_000), 50_000_000),
                rates(272_000, 20_000_000, Some(2_000_000), Some(25_000_000), 75_000_000),
            ],
        )],
    ),
    model(
        &["gpt-6-cyber"],
        &[],
        &[price(None, &[rates(0, 20_000_000, Some(2_000_000), Some(25_000_000), 100_000_000)])],
    ),
    model(
        &["gpt-6-luna"],
        &["gpt-6-luna"],
        &[price(
            None,
            &[
                rates(0, 100_000, Some(10_000), Some(125_000), 500_000),
                rates(272_000, 200_000, Some(20_000), Some(250_000), 750_000),
            ],
        )],
    ),
    model(
        &["gpt-6-rosalind"],
        &[],
        &[price(
            None,
            &[
                rates(0, 15_000_000, Some(1_500_000), Some(18_750_000), 75_000_000),
                rates(272_000, 30_000_000, Some(3_000_000), Some(37_500_000), 112_500_000),
            ],
        )],
    ),
    model(
        &["gpt-6-sol"],
        &["gpt-6-sol"],
        &[price(
            None,
            &[
                rates(0, 2_000_000, Some(200_000), Some(2_500_000), 10_000_000),
                rates(272_000, 4_000_000, Some(400_000), Some(5_000_000), 15_000_000),
            ],
        )],
    ),
    model(
        &["gpt-6.1-sol"],
        &["gpt-6.1-sol"],
        &[price(
            None,
            &[
                rates(0, 2_000_000, Some(100_000), Some(2_500_000), 10_000_000),
                rates(272_000, 4_000_000, Some(200_000), Some(5_000_000), 15_000_000),
            ],
        )],
    ),
    model(
        &["gpt-6.1-terra"],
        &["gpt-6.1-terra"],
        &[price(
            None,
            &[
                rates(0, 1_000_000, Some(50_000), Some(1_250_000), 5_000_000),
                rates(272_000, 2_000_000, Some(100_000), Some(2_500_000), 7_500_000),
            ],
        )],
    ),
    model(
        &["gpt-chat-latest", "chat-latest"],
        &[],
        &[price(None, &[rates(0, 5_000_000, Some(500_000), None, 30_000_000)])],
    ),
    model(&["gpt-oss-120b"], &[], &[price(None, &[rates(0, 39_000, None, None, 180_000)])]),
    model(&["gpt-oss-20b"], &[], &[price(None, &[rates(0, 29_000, None, None, 140_000)])]),
    model(&["gpt-oss-safeguard-20b"], &[], &[price(None, &[rates(0, 75_000, Some(37_000), None, 300_000)])]),
    model(
        &["gpt-rosalind-discovery"],
        &[],
        &[price(None, &[rates(0, 5_000_000, Some(500_000), None, 25_000_000)])],
    ),
    model(
        &["o1", "o1-2024-12-17"],
        &[],
        &[price(None, &[rates(0, 15_000_000, Some(7_500_000), None, 60_000_000)])],
    ),
    model(
        &["o1-mini", "o1-mini-2024-09-12"],
        &[],
        &[price(None, &[rates(0, 1_100_000, Some(550_000), None, 4_400_000)])],
    ),
    model(
        &["o1-preview", "o1-preview-2024-09-12"],
        &[],
        &[price(None, &[rates(0, 15_000_000, Some(7_500_000), None, 60_000_000)])],
    ),
    model(
        &["o1-pro", "o1-pro-2025-03-19"],
        &[],
        &[price(None, &[rates(0, 150_000_000, None, None, 600_000_000)])],
    ),
    model(
        &["o3", "o3-2025-04-16"],
        &[],
        &[
            price(None, &[rates(0, 10_000_000, Some(500_000), None, 40_000_000)]),
            price(Some(date(2025, 6, 10)), &[rates(0, 2_000_000, Some(500_000), None, 8_000_000)]),
        ],
    ),
    model(
        &["o3-mini", "o3-mini-2025-01-31", "o3-mini-high"],
        &[],
        &[price(None, &[rates(0, 1_100_000, Some(550_000), None, 4_400_000)])],
    ),
    model(
        &["o3-pro", "o3-pro-2025-06-10"],
        &[],
        &[price(None, &[rates(0, 20_000_000, None, None, 80_000_000)])],
    ),
    model(
        &["o4-mini-2025-04-16", "o4-mini-high", "o4-mini"],
        &[],
        &[price(None, &[rates(0, 1_100_000, Some(275_000), None, 4_400_000)])],
    ),
];
