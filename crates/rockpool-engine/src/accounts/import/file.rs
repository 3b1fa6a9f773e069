//! The file of another tool that a login follows.

use std::path::Path;

use tokio::io::AsyncReadExt as _;

use super::{Entry, FILE_LIMIT, LoginFile, Refusal, Unusable, read};

/// The login of `user_id` in the file at `path`; the only one there is, where there is one.
///
/// # Errors
/// See [`Refusal`].
pub(crate) async fn read_followed(path: &Path, user_id: &str) -> Result<LoginFile, Refusal> {
    let bytes = bytes_of(path).await.map_err(|error| Refusal::NoFile(error.to_string()))?;
    one_of(read(&bytes), user_id)
}

/// One byte more than is allowed is read, so that a file that is too large is known to be.
async fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    file.take(FILE_LIMIT as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn one_of(entries: Vec<Entry>, user_id: &str) -> Result<LoginFile, Refusal> {
    let count = entries.len();
    let (mut logins, mut others) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Ok(login) => logins.push(login),
            Err(Unusable { refusal, .. }) => others.push(refusal),
        }
    }
    if logins.len() > 1 {
        logins.retain(|login| login.claims().user_id.as_deref() == Some(user_id));
    }
    match (logins.pop(), logins.is_empty()) {
        (Some(login), true) => Ok(login),
        (Some(_), false) => Err(Refusal::Several(count)),
        (None, _) => Err(others.pop().unwrap_or(Refusal::Several(count))),
    }
}
