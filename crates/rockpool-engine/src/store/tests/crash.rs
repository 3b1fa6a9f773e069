//! A process that is killed in the middle of its writes loses nothing that was committed.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// Names the folder to the child that is going to be killed.
const CHILD: &str = "ROCKPOOL_TEST_KILLED_CHILD";
const BATCH: usize = 20;

#[tokio::test]
async fn a_killed_process_loses_no_committed_row() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return write_until_killed(PathBuf::from(folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let (committed, sent) = kill_after(folder.path(), 40 * round);
        let store = open_in(folder.path());
        let tenant = store.ensure_personal(system_scope(), at(0)).await.unwrap();
        let rows = store.recent_activity(tenant, 10_000).await.unwrap().len();
        assert!(rows >= committed * BATCH, "{rows} rows of {committed} batches");
        assert_eq!(rows % BATCH, 0, "a batch is there as a whole, or not at all");
        let login = login_of(&store, tenant, login(tenant, 1).id).await.unwrap();
        assert!(login.generation >= sent, "generation {} of {sent}", login.generation);
        assert_eq!(login.phase, RefreshPhase::Sent, "the mark was on the disk before the kill");
        store.mark_login_phase(tenant, login.id, RefreshPhase::Idle, None, at(1)).await.unwrap();
    }
}

/// Starts the child, kills it once it has reported `reports` batches; returns the total of batches over
/// all rounds and the last generation that it reported.
fn kill_after(folder: &Path, reports: usize) -> (usize, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::crash::a_killed_process_loses_no_committed_row", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let reported: Vec<String> = lines.filter(|line| line.starts_with("done ")).take(reports).collect();
    // SIGKILL: no destructor, no flush, in the middle of whatever it is writing.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(reported.len(), reports, "the child ended by itself");
    let mut numbers = reported.last().unwrap().split(' ').skip(1);
    let mut next = || numbers.next().unwrap().parse::<u64>().unwrap();
    (next() as usize, next())
}

async fn write_until_killed(folder: PathBuf) {
    let store = open_in(&folder);
    let tenant = store.ensure_personal(system_scope(), at(0)).await.unwrap();
    let known = login_of(&store, tenant, login(tenant, 1).id).await;
    if known.is_none() {
        with_accounts(&store, tenant, 1).await;
    }
    let mut generation = known.map_or(1, |row| row.generation);
    store.mark_refresh_sent(tenant, login(tenant, 1).id, Presentation::First, at(0)).await.unwrap();
    let before = store.recent_activity(tenant, 10_000).await.unwrap().len() / BATCH;
    for batch in before + 1.. {
        let rows = (0..BATCH).map(|_| history::activity(tenant, Uuid::now_v7())).collect();
        store.record(history::requests(rows)).await.unwrap();
        generation += 1;
        let mut row = login(tenant, 1);
        (row.generation, row.phase) = (generation, RefreshPhase::Sent);
        store.update_login(row).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "\ndone {batch} {generation}").unwrap();
        out.flush().unwrap();
    }
}
