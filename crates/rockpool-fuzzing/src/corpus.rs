//! A corpus as one file, the same bytes for the same inputs.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// Inputs and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) inputs: u64,
    pub(crate) bytes: u64,
}

/// An empty folder in the place of whatever was there.
pub(crate) fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// Nothing where nothing is kept yet.
pub(crate) fn unpack(kept: &Path, into: &Path) -> anyhow::Result<()> {
    empty(into)?;
    if !kept.exists() {
        return Ok(());
    }
    tar(Command::new("tar").arg("-xzf").arg(kept).arg("-C").arg(into))
}

pub(crate) fn pack(folder: &Path, kept: &Path) -> anyhow::Result<()> {
    let above = kept.parent().unwrap_or(kept);
    fs::create_dir_all(above).with_context(|| format!("creating {}", above.display()))?;
    let same_bytes =
        ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=0644"];
    let mut names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    let list = kept.with_extension("names");
    let text = names.iter().map(|name| format!("{}\n", name.to_string_lossy())).collect::<String>();
    fs::write(&list, text).with_context(|| format!("writing {}", list.display()))?;
    let mut command = Command::new("tar");
    // Names with another time or owner would be another file each time; so would gzip's own time.
    command.args(same_bytes).args(["-I", "gzip -9n", "-cf"]).arg(kept).arg("-C").arg(folder);
    let packed = tar(command.arg("-T").arg(&list));
    fs::remove_file(&list).with_context(|| format!("removing {}", list.display()))?;
    packed
}

fn tar(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().context("starting tar")?;
    ensure!(status.success(), "tar failed: {command:?}");
    Ok(())
}

pub(crate) fn size(folder: &Path) -> anyhow::Result<Size> {
    let mut size = Size::default();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        size.inputs += 1;
        size.bytes += entry?.metadata()?.len();
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_packed_again_to_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("first"), dir.path().join("second"));
        let (kept, again) = (dir.path().join("k/a.tar.gz"), dir.path().join("k/b.tar.gz"));
        empty(&first).unwrap();
        fs::write(first.join("b"), "two").unwrap();
        fs::write(first.join("a"), [0xff, 0]).unwrap();
        pack(&first, &kept).unwrap();
        unpack(&kept, &second).unwrap();
        assert_eq!(fs::read(second.join("a")).unwrap(), [0xff, 0]);
        assert_eq!(size(&second).unwrap(), Size { inputs: 2, bytes: 5 });
        pack(&second, &again).unwrap();
        assert_eq!(fs::read(kept).unwrap(), fs::read(again).unwrap());
    }

    #[test]
    fn a_corpus_that_is_not_kept_yet_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("corpus");
        unpack(&dir.path().join("none.tar.gz"), &folder).unwrap();
        assert_eq!(size(&folder).unwrap(), Size::default());
    }
}
