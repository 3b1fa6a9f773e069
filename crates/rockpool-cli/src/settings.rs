//! The flags that every environment variable has.

use clap::Args;
use rockpool_engine::config::{
    AUTH_URL, BACKEND_URL, CA_FILE, DATA_DIR, Flags, LISTEN, LOG, PASSPHRASE_FILE, VAULT,
};

/// Each in place of the variable that its help names; what is given here wins.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingArgs {
    /// Where the vault is: keychain, file[:PATH], file-with-key[:PATH], keychain-or-file[:PATH] or memory
    /// [ROCKPOOL_VAULT]
    ///
    /// A file is encrypted: with the pass-phrase of --passphrase-file, or with a key that lies beside it
    /// (file-with-key), which is no protection from whoever reads the folder. keychain-or-file takes such a file
    /// where no keychain answers. Without PATH it is vault.bin in the data folder.
    #[arg(long, global = true, value_name = "PLACE")]
    vault: Option<String>,
    /// File with the pass-phrase of an encrypted file on its first line [ROCKPOOL_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<String>,
    /// Folder of database, lock and control file [ROCKPOOL_DATA_DIR]
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Address of the endpoint, such as 127.0.0.1:7625 [ROCKPOOL_LISTEN]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address of the provider's issuer [ROCKPOOL_AUTH_URL]
    #[arg(long, global = true, value_name = "URL")]
    auth_url: Option<String>,
    /// Address of the provider's backend [ROCKPOOL_BACKEND_URL]
    #[arg(long, global = true, value_name = "URL")]
    backend_url: Option<String>,
    /// PEM file with an extra certificate authority [ROCKPOOL_CA_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<String>,
    /// What a server logs to stderr, such as debug or rockpool_engine=trace [ROCKPOOL_LOG]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

impl SettingArgs {
    pub(crate) fn flags(&self) -> Flags {
        let given = [
            (VAULT, &self.vault),
            (PASSPHRASE_FILE, &self.passphrase_file),
            (DATA_DIR, &self.data_dir),
            (LISTEN, &self.listen),
            (AUTH_URL, &self.auth_url),
            (BACKEND_URL, &self.backend_url),
            (CA_FILE, &self.ca_file),
            (LOG, &self.log),
        ];
        let mut flags = Flags::default();
        for (setting, value) in given {
            if let Some(value) = value {
                flags.set(setting, value);
            }
        }
        flags
    }
}
