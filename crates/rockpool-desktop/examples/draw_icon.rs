//! Writes one icon as raw RGBA: `draw_icon SIZE PERCENT|none|unknown [warning] > icon.rgba`.
//!
//! The app's own icons in `icons/` are this drawing at 60 percent, made with
//! `convert -size 512x512 -depth 8 rgba:icon.rgba PNG32:icons/icon.png` and scaled from there.

use std::io::Write as _;

use rockpool_desktop::tray::IconState;
use rockpool_desktop::tray::icon::{Mark, Water, draw};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |n: usize| arguments.get(n).map(String::as_str).unwrap_or_default();
    let size = word(0).parse().unwrap_or(512);
    let water = match word(1) {
        "none" => Water::NoAccount,
        "unknown" => Water::Unknown,
        percent => Water::Level(percent.parse().unwrap_or(60)),
    };
    let mark = if word(2) == "warning" { Mark::Warning } else { Mark::None };
    std::io::stdout().write_all(&draw(IconState { water, mark }, size))
}
