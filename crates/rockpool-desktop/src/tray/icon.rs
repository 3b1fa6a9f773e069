//! Draws the tray icon: a round rock pool, seen from the front, with the water at its level.
//!
//! # Looks
//!
//! A ring of seven stones in mid grey with a light and a dark edge stands out from dark and light panels
//! alike. Inside lies a dark basin; the water fills it from below, blue while there is enough, amber
//! when it gets low, red when it is nearly gone. Trouble is a badge in the lower right corner with a
//! gap around it, so that it is seen against any water. Without accounts all is grey.

use std::f32::consts::TAU;

/// What the icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IconState {
    pub water: Water,
    pub mark: Mark,
}

/// How full the pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Water {
    /// There is no account in use: all grey.
    NoAccount,
    /// Accounts, but no quota seen yet: a full pool in grey blue.
    Unknown,
    /// Percent left, 0 to 100.
    Level(u8),
}

/// The badge over the icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    None,
    /// Something needs a person.
    Warning,
}

impl IconState {
    /// The icon before anything is known.
    pub const STARTING: Self = Self { water: Water::NoAccount, mark: Mark::None };
}

/// Percent from which on the water is blue.
const PLENTY: u8 = 40;
/// Percent from which on it is amber; below it is red.
const LOW: u8 = 15;

type Rgb = [f32; 3];

const STONE: Rgb = [138.0, 145.0, 158.0];
const STONE_LIGHT: Rgb = [186.0, 193.0, 204.0];
const STONE_DARK: Rgb = [84.0, 90.0, 102.0];
const BASIN: Rgb = [34.0, 40.0, 50.0];
const BASIN_GREY: Rgb = [104.0, 108.0, 116.0];
const BLUE: Rgb = [38.0, 166.0, 232.0];
const AMBER: Rgb = [245.0, 166.0, 35.0];
const RED: Rgb = [232.0, 62.0, 62.0];
const GREY_BLUE: Rgb = [96.0, 132.0, 158.0];
const BADGE: Rgb = [255.0, 200.0, 40.0];
const BADGE_INK: Rgb = [40.0, 30.0, 0.0];

/// Samples per pixel and axis.
const SAMPLES: usize = 4;
/// Radii as shares of half the icon's size.
const OUTER: f32 = 0.97;
const INNER: f32 = 0.74;
/// Depth of the last drop, as a share of the full depth: the bottom is round, and less would not be seen.
const LEAST: f32 = 0.12;

/// Draws `state` as `size` by `size` pixels, RGBA with straight alpha, row by row from the top.
pub fn draw(state: IconState, size: u32) -> Vec<u8> {
    let mut rgba = Vec::with_capacity((size * size * 4) as usize);
    for y in 0..size {
        for x in 0..size {
            rgba.extend(pixel(state, x, y, size));
        }
    }
    rgba
}

/// The mean of the samples in one pixel.
fn pixel(state: IconState, x: u32, y: u32, size: u32) -> [u8; 4] {
    let mut sum = [0.0_f32; 3];
    let mut covered = 0.0_f32;
    for step in 0..SAMPLES * SAMPLES {
        let offset = |n: usize| (n as f32 + 0.5) / SAMPLES as f32;
        let at = |pixel: u32, n: usize| (pixel as f32 + offset(n)) / size as f32 * 2.0 - 1.0;
        if let Some(colour) = colour_at(state, at(x, step % SAMPLES), at(y, step / SAMPLES)) {
            covered += 1.0;
            for (total, part) in sum.iter_mut().zip(colour) {
                *total += part;
            }
        }
    }
    if covered == 0.0 {
        return [0; 4];
    }
    let alpha = covered / (SAMPLES * SAMPLES) as f32 * 255.0;
    let [red, green, blue] = sum.map(|total| (total / covered).round() as u8);
    [red, green, blue, alpha.round() as u8]
}

/// The colour at a point of the square from -1 to 1, `y` downwards; `None` where the panel shows through.
fn colour_at(state: IconState, x: f32, y: f32) -> Option<Rgb> {
    match (state.mark, badge(x, y)) {
        (Mark::Warning, Badge::Inside(colour)) => return Some(colour),
        (Mark::Warning, Badge::Gap) => return None,
        (Mark::Warning, Badge::Outside) | (Mark::None, _) => {}
    }
    let radius = x.hypot(y);
    let angle = y.atan2(x);
    // Seven stones: the rim bulges at each and is darker in the joints between them.
    let stone = (angle / TAU * 7.0 + 0.25).rem_euclid(1.0);
    let bulge = (stone * TAU / 2.0).sin();
    let rim = OUTER - 0.05 * (1.0 - bulge);
    if radius > rim {
        return None;
    }
    if radius > INNER {
        return Some(stone_colour(radius / rim, bulge, y));
    }
    Some(inside(state.water, x, y))
}

fn stone_colour(depth: f32, bulge: f32, y: f32) -> Rgb {
    if bulge < 0.18 || depth > 0.95 {
        return STONE_DARK;
    }
    if y < 0.0 && depth > 0.86 { STONE_LIGHT } else { STONE }
}

fn inside(water: Water, x: f32, y: f32) -> Rgb {
    let (percent, colour) = match water {
        Water::NoAccount => return BASIN_GREY,
        Water::Unknown => (100, GREY_BLUE),
        Water::Level(percent) if percent >= PLENTY => (percent, BLUE),
        Water::Level(percent) if percent >= LOW => (percent, AMBER),
        Water::Level(percent) => (percent, RED),
    };
    if percent == 0 {
        return BASIN;
    }
    let share = LEAST + (1.0 - LEAST) * f32::from(percent.min(100)) / 100.0;
    let surface = INNER - 2.0 * INNER * share;
    let wave = if percent < 96 { 0.035 * (x * 7.0).sin() } else { 0.0 };
    let below = y - surface - wave;
    if below < 0.0 {
        return BASIN;
    }
    let foam = (LOW..96).contains(&percent) && below < 0.07;
    if foam { colour.map(|part| part + (255.0 - part) * 0.45) } else { colour }
}

enum Badge {
    Inside(Rgb),
    Gap,
    Outside,
}

/// A yellow disc with an exclamation mark, with a gap around it.
fn badge(x: f32, y: f32) -> Badge {
    const RADIUS: f32 = 0.44;
    let (dx, dy) = (x - 0.55, y - 0.55);
    let distance = dx.hypot(dy);
    if distance > RADIUS + 0.09 {
        return Badge::Outside;
    }
    if distance > RADIUS {
        return Badge::Gap;
    }
    let stroke = dx.abs() < 0.075 && (-0.27..0.07).contains(&dy);
    let dot = dx.abs() < 0.08 && (0.15..0.29).contains(&dy);
    Badge::Inside(if stroke || dot { BADGE_INK } else { BADGE })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [u32; 4] = [22, 32, 44, 64];

    fn icon(water: Water, mark: Mark, size: u32) -> Vec<[u8; 4]> {
        let rgba = draw(IconState { water, mark }, size);
        rgba.as_chunks::<4>().0.to_vec()
    }

    fn count(pixels: &[[u8; 4]], wanted: impl Fn(&[u8; 4]) -> bool) -> usize {
        pixels.iter().filter(|pixel| wanted(pixel)).count()
    }

    fn blue([red, _, blue, alpha]: &[u8; 4]) -> bool {
        *alpha > 200 && i16::from(*blue) - i16::from(*red) > 100
    }

    fn red([red, green, _, alpha]: &[u8; 4]) -> bool {
        *alpha > 200 && i16::from(*red) - i16::from(*green) > 100
    }

    fn yellow([red, green, blue, alpha]: &[u8; 4]) -> bool {
        *alpha > 200 && *red > 200 && *green > 150 && *blue < 90
    }

    #[test]
    fn less_quota_is_less_water() {
        for size in SIZES {
            let amounts: Vec<usize> = [100, 80, 60, 40]
                .map(|level| count(&icon(Water::Level(level), Mark::None, size), blue))
                .into();
            assert!(amounts.is_sorted_by(|more, less| more > less), "{size}: {amounts:?}");
        }
    }

    #[test]
    fn the_water_stands_at_its_level_whatever_the_size() {
        for size in SIZES {
            let full = count(&icon(Water::Level(100), Mark::None, size), blue) as f32;
            let half = count(&icon(Water::Level(50), Mark::None, size), blue) as f32;
            assert!((half / full - 0.5).abs() < 0.1, "{size}: {half} of {full}");
        }
    }

    #[test]
    fn water_turns_red_before_it_is_gone_and_an_empty_pool_has_none() {
        let coloured = |pixel: &[u8; 4]| blue(pixel) || red(pixel) || yellow(pixel);
        assert!(count(&icon(Water::Level(8), Mark::None, 44), red) > 10);
        assert_eq!(count(&icon(Water::Level(0), Mark::None, 44), coloured), 0);
        assert_eq!(count(&icon(Water::NoAccount, Mark::None, 44), coloured), 0);
    }

    #[test]
    fn trouble_is_seen_at_every_size_and_over_any_water() {
        for size in SIZES {
            for water in [Water::NoAccount, Water::Unknown, Water::Level(100), Water::Level(20)] {
                let calm = icon(water, Mark::None, size);
                let marked = icon(water, Mark::Warning, size);
                let changed = calm.iter().zip(&marked).filter(|(before, after)| before != after).count();
                assert!(changed * 8 > calm.len(), "{size} {water:?}: {changed}");
                assert!(count(&marked, yellow) * 30 > marked.len(), "{size} {water:?}");
            }
        }
    }

    #[test]
    fn the_corners_let_the_panel_show_and_the_basin_does_not() {
        for size in SIZES {
            let pixels = icon(Water::Level(0), Mark::None, size);
            assert_eq!(pixels[0][3], 0);
            let middle = pixels[(size * size / 2 + size / 2) as usize];
            assert_eq!(middle[3], 255);
        }
    }
}
