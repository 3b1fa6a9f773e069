//! Embeds what `npm run build` left in `ui/dist`, each file plain and compressed.
//!
//! Where nothing was built, nothing is embedded, so that a bare `cargo test` needs no Node. With
//! `ROCKPOOL_DASHBOARD=required` that is an error; the variable's change is also what makes Cargo look again, for it
//! cannot watch a folder that does not exist without running this script each time.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

const REQUIRED: &str = "ROCKPOOL_DASHBOARD";
/// Bytes of a file's hash that tell its versions apart.
const HASH_BYTES: usize = 16;

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    let out =
        PathBuf::from(std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?);
    let mut listed = String::from("&[");
    if dist.join("index.html").is_file() {
        tell_cargo(&format!("rerun-if-changed={}", dist.display()))?;
        let mut files = Vec::new();
        collect(&dist, &mut files)?;
        files.sort();
        for (number, file) in files.iter().enumerate() {
            embed(&dist, file, &out.join(number.to_string()), &mut listed)?;
        }
    } else {
        tell_cargo(&format!("rerun-if-env-changed={REQUIRED}"))?;
        tell_cargo("rerun-if-changed=build.rs")?;
        if std::env::var_os(REQUIRED).is_some_and(|value| value == "required") {
            let what = "ui/dist is not there; run `npm ci` and `npm run build` in ui/";
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
    }
    listed.push(']');
    fs::write(out.join("files.rs"), listed)
}

fn tell_cargo(word: &str) -> io::Result<()> {
    writeln!(io::stdout(), "cargo::{word}")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes `OUT` and `OUT.gz`, and what the crate says of them.
fn embed(dist: &Path, file: &Path, out: &Path, listed: &mut String) -> io::Result<()> {
    let content = fs::read(file)?;
    let packed = out.with_extension("gz");
    let mut encoder = GzEncoder::new(fs::File::create(&packed)?, Compression::best());
    encoder.write_all(&content)?;
    encoder.finish()?;
    fs::write(out, &content)?;

    let relative = file.strip_prefix(dist).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
    let path = match relative.as_str() {
        "index.html" => "/".to_owned(),
        other => format!("/{other}"),
    };
    // Vite puts a hash into the names of what it builds, and builds into this folder.
    let freshness = if relative.starts_with("assets/") { "Immutable" } else { "Revalidated" };
    let mut hash = String::new();
    for byte in Sha256::digest(&content).iter().take(HASH_BYTES) {
        write!(hash, "{byte:02x}").map_err(io::Error::other)?;
    }
    write!(
        listed,
        "DashboardFile {{ path: {path:?}, content_type: {:?}, hash: {hash:?}, freshness: Freshness::{freshness}, \
         plain: include_bytes!({:?}), gzip: include_bytes!({:?}) }},",
        content_type(file)?,
        out.display(),
        packed.display(),
    )
    .map_err(io::Error::other)
}

/// Closed, since the page is told not to guess: a new kind of file is an error here, not in the browser.
fn content_type(file: &Path) -> io::Result<&'static str> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => Ok("text/html; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        Some("png") => Ok("image/png"),
        Some("woff2") => Ok("font/woff2"),
        Some("json") => Ok("application/json"),
        Some("txt") => Ok("text/plain; charset=utf-8"),
        Some(_) | None => {
            Err(io::Error::other(format!("{} is of a kind that is not served", file.display())))
        }
    }
}
