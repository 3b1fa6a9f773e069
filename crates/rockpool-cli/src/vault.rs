//! Refuses to serve without a place for tokens, and says plainly how well they are kept where they are.

use rockpool_engine::config::{Config, VaultChoice, vault_file};
use rockpool_engine::snapshot::{VaultFile, VaultFileKey, VaultState, VaultView};
use rockpool_engine::vault::{FileVault, VaultError};

use crate::failure::Failure;

/// Refuses to serve where no keychain exists: tokens would have nowhere to rest.
pub(crate) async fn require(choice: &VaultChoice) -> Result<(), Failure> {
    match choice {
        VaultChoice::Keychain => {}
        VaultChoice::File { .. } | VaultChoice::KeychainOrFile { .. } | VaultChoice::Memory => return Ok(()),
    }
    match tokio::task::spawn_blocking(rockpool_keychain::require).await {
        Ok(Err(VaultError::Missing(reason))) => Err(Failure::Refused(no_keychain(&reason))),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn no_keychain(reason: &str) -> String {
    format!(
        "no keychain answers ({reason}); start one, or keep tokens in an encrypted file: set \
         ROCKPOOL_VAULT=file:PATH and ROCKPOOL_PASSPHRASE_FILE (or --vault and --passphrase-file). `--vault \
         file-with-key` needs no pass-phrase: the key lies beside the file, and whoever reads your home folder \
         can read both"
    )
}

/// What to say where earlier starts kept logins in a file and this one looks for them in the keychain.
pub(crate) fn left_behind(config: &Config, choice: &VaultChoice) -> Option<String> {
    let file = vault_file(&config.data_dir);
    let is_elsewhere = *choice == VaultChoice::Keychain && FileVault::holds_logins_with_key_beside(&file);
    is_elsewhere.then(|| {
        format!(
            "{} holds logins of earlier starts, which are not used now; `--vault file-with-key` uses them.",
            file.display()
        )
    })
}

/// What the person has to know of how the vault protects logins, in lines for the terminal; none where there is nothing
/// to add.
pub(crate) fn warning(vault: &VaultView) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(VaultFile { path, key: VaultFileKey::Beside }) = &vault.file {
        lines.extend([
            format!("Logins are kept in {path}, and its key lies beside it ({path}.key)."),
            "That is no protection from whoever can read your home folder.".to_owned(),
            "To change it: start a keychain; then Settings moves the logins. Where --vault or ROCKPOOL_VAULT names the \
             file, put keychain-or-file there first."
                .to_owned(),
        ]);
    }
    if let (VaultState::Ready, Some(message)) = (vault.state, &vault.message) {
        lines.push(format!("Warning: {message}."));
    }
    lines
}

#[cfg(test)]
mod tests {
    use rockpool_engine::config::KeySource;
    use rockpool_engine::vault::{VaultBackend as _, VaultKey};

    use super::*;

    #[test]
    fn logins_in_a_file_are_named_when_the_keychain_is_used_instead() {
        let folder = tempfile::tempdir().unwrap();
        let with = |vault: &str| {
            let lookup = |name: &str| match name {
                "ROCKPOOL_DATA_DIR" => Some(folder.path().display().to_string()),
                "ROCKPOOL_VAULT" => Some(vault.to_owned()),
                _ => None,
            };
            Config::from_env(&lookup).unwrap()
        };
        let said = |vault: &str| left_behind(&with(vault), &with(vault).vault);
        assert_eq!(said("keychain"), None);
        let path = vault_file(folder.path());
        let mut vault = FileVault::open(path, &KeySource::Beside).unwrap();
        vault.set(&VaultKey::new("probe"), &"ok".into()).unwrap();
        assert_eq!(said("keychain"), None, "that it can be written is no login");
        vault.set(&VaultKey::new("refresh/a"), &"token".into()).unwrap();
        let told = said("keychain").unwrap();
        assert!(told.contains("vault.bin") && told.contains("--vault file-with-key"), "{told}");
        assert_eq!(said("keychain-or-file"), None);
    }
}
