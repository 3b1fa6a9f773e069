//! The smallest picture.

use std::fs::File;
use std::path::Path;

/// Writes a PNG of one pixel.
pub fn write_pixel(path: &Path) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[200, 30, 30]).unwrap();
}
