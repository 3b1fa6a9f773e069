//! Takes the endpoint's port; when it is busy, finds out who has it.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::net::TcpListener;

/// The holder of a port, as far as the system tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Id of the process that listens.
    pub pid: u32,
    /// Name of its program, as the system tells it.
    pub program: String,
}

/// Why an address cannot be listened on.
#[derive(Debug, Error)]
pub(crate) enum ListenError {
    /// Somebody else does.
    #[error("{address} is in use{}", by(holder.as_ref()))]
    Busy {
        address: SocketAddr,
        /// Where the system tells.
        holder: Option<Holder>,
    },
    /// Another reason, as the system gives it.
    #[error("{address} cannot be listened on ({source})")]
    Refused { address: SocketAddr, source: io::Error },
}

/// “ by PROGRAM (process PID)”, where the holder is known.
pub(crate) fn by(holder: Option<&Holder>) -> String {
    holder.map(|holder| format!(" by {} (process {})", holder.program, holder.pid)).unwrap_or_default()
}

/// Binds `address`.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            return ListenError::Busy { address, holder: holder(address.port()) };
        }
        ListenError::Refused { address, source }
    })
}

/// Who listens on `port`: found through `/proc` on Linux, for processes that this user may look at.
fn holder(port: u16) -> Option<Holder> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let processes = std::fs::read_dir("/proc").ok()?;
    processes.filter_map(Result::ok).find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        holds(pid, &inodes).then(|| Holder { pid, program: program(pid) })
    })
}

/// Inodes of the sockets that listen on `port`, by the kernel's table (proc(5)).
fn listening(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            (local.ends_with(&suffix) && *state == LISTEN).then(|| (*inode).to_owned())
        })
        .collect()
}

fn holds(pid: u32, inodes: &[String]) -> bool {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    open.filter_map(Result::ok).filter_map(|entry| std::fs::read_link(entry.path()).ok()).any(|target| {
        let target = target.to_string_lossy();
        inodes.iter().any(|inode| target == format!("socket:[{inode}]"))
    })
}

fn program(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm"))
        .map_or_else(|_| "?".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 0100007F:1DC9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n   1: 0100007F:1DC9 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4243 1\n";
        assert_eq!(listening(table, 7625), ["4242"]);
        assert!(listening(table, 7626).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_busy_port_names_its_holder() {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(holder(port).map(|holder| holder.pid), Some(std::process::id()));
    }
}
