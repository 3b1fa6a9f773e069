//! Being asked to end, by a person or by the system: every host listens here, so that all of them end alike.

use std::io;
use std::time::Duration;

/// What comes within this time of the first request is the same gesture: wrappers pass Ctrl-C on as well as the
/// terminal does, and `systemd` can send two signals at once (`SendSIGHUP=`).
const ONE_GESTURE: Duration = Duration::from_millis(500);

/// Requests to end from the moment on at which this was made.
///
/// On Unix SIGTERM, SIGINT, SIGQUIT and SIGHUP; on Windows Ctrl-C, Ctrl-Break, a console that closes, and the end of the
/// session. A SIGHUP that was ignored at the start, as by `nohup`, stays ignored.
#[derive(Debug)]
pub struct EndRequests(system::Signals);

impl EndRequests {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system does not allow to listen.
    pub fn listen() -> io::Result<Self> {
        system::Signals::listen().map(Self)
    }

    /// Returns when this process is asked to end.
    pub async fn asked(&mut self) {
        self.0.any().await;
    }

    /// Returns when somebody asks who has asked before. A terminal that closes does not: shell and system may both
    /// tell of it, one after the other.
    pub async fn insisted(&mut self) {
        tokio::time::sleep(ONE_GESTURE).await;
        self.0.forget();
        self.0.by_a_person().await;
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use futures_util::FutureExt as _;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    #[derive(Debug)]
    pub(super) struct Signals {
        terminate: Signal,
        interrupt: Signal,
        quit: Signal,
        hang_up: Option<Signal>,
    }

    impl Signals {
        pub(super) fn listen() -> io::Result<Self> {
            // Before anybody listens: who listens does not ignore it any more.
            let hang_up = if hang_up_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                hang_up,
            })
        }

        pub(super) async fn any(&mut self) {
            let Self { terminate, interrupt, quit, hang_up } = self;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = quit.recv() => {}
                () = received(hang_up.as_mut()) => {}
            }
        }

        pub(super) async fn by_a_person(&mut self) {
            let Self { terminate, interrupt, quit, hang_up: _ } = self;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = quit.recv() => {}
            }
        }

        pub(super) fn forget(&mut self) {
            while self.any().now_or_never().is_some() {}
        }
    }

    async fn received(signal: Option<&mut Signal>) {
        match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }

    /// As Linux tells it (proc_pid_status(5), `SigIgn`); elsewhere it is taken for not ignored.
    fn hang_up_is_ignored() -> bool {
        const HANG_UP: u64 = 1;
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask & HANG_UP != 0)
    }
}

#[cfg(windows)]
mod system {
    use std::io;

    use futures_util::FutureExt as _;
    use tokio::signal::windows::{
        CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_logoff,
        ctrl_shutdown,
    };

    #[derive(Debug)]
    pub(super) struct Signals {
        interrupt: CtrlC,
        interrupt_hard: CtrlBreak,
        console_closes: CtrlClose,
        session_ends: CtrlLogoff,
        system_ends: CtrlShutdown,
    }

    impl Signals {
        pub(super) fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: ctrl_c()?,
                interrupt_hard: ctrl_break()?,
                console_closes: ctrl_close()?,
                session_ends: ctrl_logoff()?,
                system_ends: ctrl_shutdown()?,
            })
        }

        pub(super) async fn any(&mut self) {
            let Self { interrupt, interrupt_hard, console_closes, session_ends, system_ends } = self;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = interrupt_hard.recv() => {}
                _ = console_closes.recv() => {}
                _ = session_ends.recv() => {}
                _ = system_ends.recv() => {}
            }
        }

        pub(super) async fn by_a_person(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.interrupt_hard.recv() => {}
            }
        }

        pub(super) fn forget(&mut self) {
            while self.any().now_or_never().is_some() {}
        }
    }
}
