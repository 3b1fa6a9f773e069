//! Undoes the content coding of answers (RFC 9110 §8.4): Rockpool asks for none, and some gateways compress all the
//! same.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use bytes::Bytes;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header};
use thiserror::Error;

/// Largest output of one chunk of a stream; one that holds more is no answer of a model.
const LARGEST_CHUNK: usize = 16 << 20;
/// Size of the decoder's own buffer.
const BUFFER: usize = 16 << 10;

/// How an answer is encoded, by its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// One that is not known here, or several on top of each other.
    Unknown,
}

impl Coding {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::CONTENT_ENCODING).iter();
        let named: Option<Vec<String>> =
            lines.map(|line| line.to_str().ok().map(str::to_ascii_lowercase)).collect();
        let Some(named) = named else { return Self::Unknown };
        let mut codings = named
            .iter()
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|name| !matches!(*name, "" | "identity"));
        match (codings.next(), codings.next()) {
            (None, _) => Self::Identity,
            (Some("gzip" | "x-gzip"), None) => Self::Gzip,
            (Some("deflate"), None) => Self::Deflate,
            (Some("br"), None) => Self::Brotli,
            (Some("zstd"), None) => Self::Zstd,
            (Some(_), _) => Self::Unknown,
        }
    }
}

/// The bytes are not what their header says, or hold far more than an answer does.
#[derive(Debug, Error)]
#[error("its content-encoding could not be undone: {0}")]
pub(crate) struct Undecodable(#[from] io::Error);

/// Undoes the coding of a body that comes in chunks. What a chunk holds comes out with it, and not later.
pub(crate) struct Decoder(Inner);

enum Inner {
    Plain,
    /// `deflate` means zlib (RFC 9110 §8.4.1.2), and some send it bare: the first byte tells.
    DeflateUnseen(Bounded),
    Gzip(MultiGzDecoder<Bounded>),
    Zlib(ZlibDecoder<Bounded>),
    Deflate(DeflateDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
    Zstd(zstd::stream::write::Decoder<'static, Bounded>),
}

impl Decoder {
    /// `None` for a coding that is not known.
    pub(crate) fn new(coding: Coding) -> Option<Self> {
        Self::bounded(coding, LARGEST_CHUNK)
    }

    fn bounded(coding: Coding, most: usize) -> Option<Self> {
        let out = Bounded { bytes: Vec::new(), most };
        Some(Self(match coding {
            Coding::Identity => Inner::Plain,
            Coding::Gzip => Inner::Gzip(MultiGzDecoder::new(out)),
            Coding::Deflate => Inner::DeflateUnseen(out),
            Coding::Brotli => Inner::Brotli(Box::new(DecompressorWriter::new(out, BUFFER))),
            Coding::Zstd => Inner::Zstd(zstd::stream::write::Decoder::new(out).ok()?),
            Coding::Unknown => return None,
        }))
    }

    /// What the chunk adds.
    ///
    /// # Errors
    /// When it cannot be read; nothing after it can be read either.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Result<Bytes, Undecodable> {
        self.see_deflate(&chunk);
        let out = match &mut self.0 {
            Inner::Plain | Inner::DeflateUnseen(_) => return Ok(chunk),
            Inner::Gzip(decoder) => {
                write(decoder, &chunk)?;
                decoder.get_mut()
            }
            Inner::Zlib(decoder) => {
                write(decoder, &chunk)?;
                decoder.get_mut()
            }
            Inner::Deflate(decoder) => {
                write(decoder, &chunk)?;
                decoder.get_mut()
            }
            Inner::Brotli(decoder) => {
                write(decoder, &chunk)?;
                decoder.get_mut()
            }
            Inner::Zstd(decoder) => {
                write(decoder, &chunk)?;
                decoder.get_mut()
            }
        };
        Ok(std::mem::take(&mut out.bytes).into())
    }

    /// A zlib stream begins with its method, 8, and a window of at most 2^15 bytes (RFC 1950 §2.2); a bare one
    /// (RFC 1951 §3.2.3) that begins so would be a stored block with bits set that are zero.
    fn see_deflate(&mut self, chunk: &[u8]) {
        let (Inner::DeflateUnseen(out), Some(first)) = (&mut self.0, chunk.first()) else { return };
        let out = std::mem::take(out);
        self.0 = match first & 0x0f == 8 && first >> 4 <= 7 {
            true => Inner::Zlib(ZlibDecoder::new(out)),
            false => Inner::Deflate(DeflateDecoder::new(out)),
        };
    }
}

/// Writes the whole chunk and everything that it holds; bytes behind the end of the data are left out.
fn write(decoder: &mut impl Write, mut chunk: &[u8]) -> io::Result<()> {
    while !chunk.is_empty() {
        match decoder.write(chunk)? {
            0 => break,
            taken => chunk = &chunk[taken..],
        }
    }
    decoder.flush()
}

/// What was decoded, as far as it is let grow.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it holds more than is read"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a whole body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WholeUndecodable {
    /// It holds more than is read.
    TooLarge,
    /// Its coding is not known here.
    Unknown,
    /// It is not what its header says, or ends early.
    Broken,
}

/// A whole body without its coding, of at most `most` bytes.
pub(crate) fn decoded(coding: Coding, body: &Bytes, most: usize) -> Result<Bytes, WholeUndecodable> {
    let mut decoder = Decoder::bounded(coding, most).ok_or(WholeUndecodable::Unknown)?;
    decoder.push(body.clone()).map_err(|Undecodable(error)| {
        let grew = error.kind() == io::ErrorKind::FileTooLarge;
        if grew { WholeUndecodable::TooLarge } else { WholeUndecodable::Broken }
    })
}

/// A whole body as it can be read, of at most `most` bytes where it was encoded; one that cannot be decoded as it came.
pub(crate) fn readable(headers: &HeaderMap, body: &Bytes, most: usize) -> Bytes {
    let decoded = Decoder::bounded(Coding::of(headers), most).map(|mut decoder| decoder.push(body.clone()));
    match decoded {
        Some(Ok(readable)) => readable,
        Some(Err(_)) | None => body.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const TEXT: &[u8] = b"data: {\"type\":\"response.created\"}\n\n";

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let line = |value: &&'static str| (header::CONTENT_ENCODING, HeaderValue::from_static(value));
        lines.iter().map(line).collect()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
        encoder.write_all(text).unwrap();
        encoder.into_inner()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ::zstd::encode_all(text, 3).unwrap()
    }

    type Encode = fn(&[u8]) -> Vec<u8>;
    const CODINGS: [(&str, Encode); 5] =
        [("gzip", gzip), ("deflate", zlib), ("deflate", bare), ("br", brotli), ("zstd", zstd)];

    #[test]
    fn what_was_encoded_comes_out_however_it_is_cut() {
        for (name, encode) in CODINGS {
            let encoded = encode(TEXT);
            for size in [1, 7, encoded.len()] {
                let mut decoder = Decoder::new(Coding::of(&headers(&[name]))).unwrap();
                let chunks = encoded.chunks(size).map(Bytes::copy_from_slice);
                let decoded: Vec<u8> = chunks.flat_map(|chunk| decoder.push(chunk).unwrap()).collect();
                assert_eq!(decoded, TEXT, "{name} in chunks of {size}");
            }
            assert_eq!(readable(&headers(&[name]), &encoded.into(), 1 << 10), TEXT, "{name}");
        }
    }

    #[test]
    fn an_event_that_was_flushed_comes_out_before_the_next_one_is_there() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
        let mut zstd = ::zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        for encoder in [&mut gzip as &mut dyn Write, &mut brotli, &mut zstd] {
            encoder.write_all(TEXT).unwrap();
            encoder.flush().unwrap();
        }
        for (name, flushed) in [("gzip", gzip.get_ref()), ("br", brotli.get_ref()), ("zstd", zstd.get_ref())]
        {
            let mut decoder = Decoder::new(Coding::of(&headers(&[name]))).unwrap();
            assert_eq!(decoder.push(flushed.clone().into()).unwrap(), TEXT, "{name}");
        }
    }

    #[test]
    fn a_body_that_is_no_such_data_or_would_fill_the_memory_stays_as_it_is() {
        let bomb = vec![0; 1 << 20];
        for (name, encode) in CODINGS {
            let encoded = Bytes::from(encode(&bomb));
            assert_eq!(readable(&headers(&[name]), &encoded, 1 << 10), encoded, "{name}");
            let text = Bytes::from_static(b"<html>no such data</html>");
            assert_eq!(readable(&headers(&[name]), &text, 1 << 10), text, "{name}");
        }
    }

    #[test]
    fn codings_are_known_by_their_names_and_several_at_once_by_none() {
        for (lines, coding) in [
            (&[][..], Coding::Identity),
            (&["identity"], Coding::Identity),
            (&["GZIP"], Coding::Gzip),
            (&["identity, br"], Coding::Brotli),
            (&["gzip, br"], Coding::Unknown),
            (&["gzip", "br"], Coding::Unknown),
            (&["compress"], Coding::Unknown),
        ] {
            assert_eq!(Coding::of(&headers(lines)), coding, "{lines:?}");
        }
    }
}
