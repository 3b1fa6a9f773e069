//! Pictures, counted by colour: the tray icon, the screen.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use png::{ColorType, Decoder, Transformations};

/// A picture, RGBA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    /// Reads a PNG file; `None` while it is not there, or not whole yet.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let mut decoder = Decoder::new(BufReader::new(File::open(path).ok()?));
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().ok()?;
        let mut bytes = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut bytes).ok()?;
        assert_eq!(info.color_type, ColorType::Rgba);
        Some(Self { pixels: bytes.as_chunks::<4>().0.to_vec() })
    }

    /// How many colours there are.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }

    /// Pixels of water, whatever its colour: blue, amber or red.
    #[must_use]
    pub fn water(&self) -> usize {
        self.count(|red, green, blue| blue - red > 60 || (red - blue > 100 && red - green > 40))
    }

    /// Pixels of blue water: there is plenty.
    #[must_use]
    pub fn blue(&self) -> usize {
        self.count(|red, _, blue| blue - red > 60)
    }

    /// Pixels of the yellow badge that marks trouble.
    #[must_use]
    pub fn badge(&self) -> usize {
        self.count(|red, green, blue| red > 240 && (190..=215).contains(&green) && blue < 90)
    }

    fn count(&self, wanted: impl Fn(i16, i16, i16) -> bool) -> usize {
        let wanted = |[red, green, blue, alpha]: &&[u8; 4]| {
            *alpha > 200 && wanted(i16::from(*red), i16::from(*green), i16::from(*blue))
        };
        self.pixels.iter().filter(wanted).count()
    }
}
