//! A terminal that lives through everything but its Core's revocation, and a client that comes back by position.

use condrix_tests::rig::{Client, Core, Refused, Terminal, eventually, within};
use std::path::PathBuf;

/// Lines before the fault, and in all.
const FIRST: u32 = 40;
const ALL: u32 = 400;

#[derive(Debug)]
pub(super) struct Console {
    id: String,
    home: PathBuf,
    /// Behind the last byte that it has.
    position: u64,
    visit: Option<Terminal>,
    /// The bytes of this round.
    bytes: Vec<u8>,
    round: u64,
}

impl Console {
    pub(super) async fn open(core: &Core, client: &Client) -> Self {
        let id = core.open_terminal(client).await;
        Self { id, home: core.home(), position: 0, visit: None, bytes: Vec::new(), round: 0 }
    }

    /// Begins to print numbered lines, and stands in the midst of them.
    pub(super) async fn begin(&mut self, core: &Core, client: &Client, round: u64) {
        self.leave();
        self.bytes.clear();
        self.round = round;
        let mut visit = self.attach(core, client).await;
        visit.ready().await;
        // What is typed does not hold what is printed.
        visit
            .keys(&format!(
                "row() {{ for i in $(seq $1 $2); do printf '<%s.%s>\\n' {round} $i; done; }}; row 1 {FIRST}; \
                 until [ -e {} ]; do read -t 0.02 x; done; row {} {ALL}; printf '<%s.over>\\n' {round}\r",
                self.go().display(),
                FIRST + 1,
            ))
            .await;
        visit.until(&format!("<{round}.{FIRST}>")).await;
        self.visit = Some(visit);
    }

    /// Lets it print the rest.
    pub(super) fn go_on(&self) {
        std::fs::write(self.go(), "").expect("a file is made in the home");
    }

    fn go(&self) -> PathBuf {
        self.home.join(format!("go-{}", self.round))
    }

    async fn attach(&self, core: &Core, client: &Client) -> Terminal {
        let how = format!("attach?position={}", self.position);
        let attached = async || core.terminal(client, &self.id, &how).await.ok();
        let visit = eventually("the terminal can be reached", attached).await;
        assert_eq!(visit.attached()["replay"], "missing", "{}", visit.attached());
        visit
    }

    /// Reads to the end of the round in the present visit alone.
    pub(super) async fn read_on(&mut self) {
        let over = self.over();
        self.visit.as_mut().expect("somebody is attached").until(&over).await;
        self.leave();
        self.assert_complete();
    }

    /// Reads until it is cut off. Nothing of the rest comes, unless it was being printed before.
    pub(super) async fn read_out(&mut self, printing: bool) {
        if let Some(visit) = &mut self.visit {
            visit.to_the_end().await;
        }
        self.leave();
        let rows = self.rows();
        let last = if printing { rows.len().try_into().expect("lines are few") } else { FIRST };
        assert_eq!(rows, (1..=last).collect::<Vec<_>>(), "of a terminal that was cut nothing more comes");
    }

    /// Reads to the end of the round, over as many visits as it takes.
    pub(super) async fn come_back(&mut self, core: &Core, client: &Client) {
        let over = self.over();
        self.leave();
        let is_over = |before: &[u8], more: &[u8]| String::from_utf8_lossy(&[before, more].concat()).contains(&over);
        while !is_over(&self.bytes, &[]) {
            let mut visit = self.attach(core, client).await;
            let reads = async { while !is_over(&self.bytes, visit.bytes()) && visit.step().await.is_some() {} };
            within("the rest is printed", reads).await;
            self.visit = Some(visit);
            self.leave();
        }
        self.assert_complete();
    }

    /// Whether the Core still has it.
    pub(super) async fn is_known(&self, core: &Core, client: &Client) -> bool {
        match core.terminal(client, &self.id, "attach").await {
            Ok(_) => true,
            Err(Refused::Answer { status: 404, .. }) => false,
            Err(refused) => panic!("{refused:?}"),
        }
    }

    fn over(&self) -> String {
        format!("<{}.over>", self.round)
    }

    /// Without a word of farewell.
    fn leave(&mut self) {
        if let Some(visit) = self.visit.take() {
            self.position += visit.bytes().len() as u64;
            self.bytes.extend_from_slice(visit.bytes());
        }
    }

    fn assert_complete(&self) {
        assert_eq!(self.rows(), (1..=ALL).collect::<Vec<_>>(), "every line once and in order");
    }

    /// The numbers of this round's lines.
    fn rows(&self) -> Vec<u32> {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        let begin = format!("<{}.", self.round);
        text.split(&begin).skip(1).filter_map(|row| row.split_once('>')?.0.parse().ok()).collect()
    }
}
