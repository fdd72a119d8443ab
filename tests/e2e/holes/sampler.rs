//! What every process of the machine showed of itself while a test ran: arguments and environments are there for a
//! moment, and then gone.

use condrix_tests::rig::tree;
use std::collections::HashSet;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks. A CLI process lives for a second at least; a tool that lives for less shows only itself.
const LOOK: Duration = Duration::from_millis(25);

pub(crate) struct Sampler {
    stop: Sender<()>,
    looking: JoinHandle<Shown>,
}

#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) arguments: HashSet<String>,
    pub(crate) environment: HashSet<String>,
}

impl Sampler {
    pub(crate) fn start() -> Self {
        let (stop, stopped) = channel();
        let looking = std::thread::spawn(move || {
            let mut shown = Shown::default();
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                for process in tree::processes() {
                    shown.arguments.extend(process.arguments);
                    shown.environment.extend(process.environment);
                }
            }
            shown
        });
        Self { stop, looking }
    }

    pub(crate) fn stop(self) -> Shown {
        self.stop.send(()).expect("the sampler listens");
        self.looking.join().expect("the sampler does not panic")
    }
}

impl Shown {
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.arguments.iter().chain(&self.environment).any(|one| one.contains(text))
    }
}
