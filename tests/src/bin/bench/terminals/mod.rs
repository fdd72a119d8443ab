//! Terminals: what a key waits for its echo, and how fast output comes, against OpenSSH in the same run, in turn.

mod delay;
mod line;
mod mosh;
mod ssh;

use super::{Figure, millis, percentile};
use condrix_tests::rig::tree::proportional_kib;
use condrix_tests::rig::{Core, CoreOptions, World};
use delay::Delay;
use line::{ECHO, Line};
use mosh::{Mosh, Prediction};
use reqwest::Method;
use ssh::Server;
use std::time::{Duration, Instant};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

const KEY: &str = "sk-ant-api03-bench";
const KEYS: usize = 600;
const FAR_KEYS: usize = 60;
const EACH_WAY: Duration = Duration::from_millis(40);
const BULK: u64 = 50_000_000;
const BULKS: usize = 3;
const FLOOD: &str = "printf be%s gun; exec yes";
const REPLAY: u64 = 1024 * 1024;
const REPLAYS: usize = 15;
const IDLE: usize = 3;

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    // What people have; the Core's user may have no shell of its own here.
    let settings = toml::toml! {
        [terminals]
        shell = "/bin/bash"
    };
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("one", &options).await;
    let server = Server::start().await;
    let mut figures = idle(&world, &core).await;
    figures.extend(keystrokes(&world, &core, &server).await);
    figures.extend(far(&world, &core, &server).await);
    figures.push(throughput(&world, &core, &server).await);
    figures.push(replay(&world, &core).await);
    figures
}

async fn pair(world: &World, core: &Core, server: &Server) -> [Line; 2] {
    let mut pair = [Line::ours(core, &world.ada, ECHO).await, Line::over_ssh(server, server.port, ECHO).await];
    for line in &mut pair {
        line.until("begun").await;
    }
    pair
}

/// As many keys into either, in turn, in milliseconds.
async fn type_in_turn(pair: &mut [Line; 2], keys: usize) -> [Vec<f64>; 2] {
    let mut samples = [Vec::new(), Vec::new()];
    // The first ones warm both up.
    for number in 0..keys + 20 {
        for at in [number % 2, 1 - number % 2] {
            let took = millis(pair[at].key().await);
            if number >= 20 {
                samples[at].push(took);
            }
        }
    }
    samples
}

async fn keystrokes(world: &World, core: &Core, server: &Server) -> Vec<Figure> {
    let mut pair = pair(world, core, server).await;
    let [mut ours, mut ssh] = type_in_turn(&mut pair, KEYS).await;
    let (p50, p99) = (percentile(&mut ours, 0.5), percentile(&mut ours, 0.99));
    let (ssh_p50, ssh_p99) = (percentile(&mut ssh, 0.5), percentile(&mut ssh, 0.99));
    let of = format!("{KEYS} keys each in turn, a raw terminal that `cat` echoes in; ");
    let figure = |name, ours: f64, ssh: f64| {
        let detail = format!("{of}through gateway and link {ours:.2} ms, ssh {ssh:.2} ms");
        Figure { name, value: ours / ssh, unit: "ratio", detail }
    };
    let mut figures = vec![figure("keystroke_p50_vs_ssh", p50, ssh_p50), figure("keystroke_p99_vs_ssh", p99, ssh_p99)];
    let bulk = download(world, core).await;
    let what = "a client downloads a recording of the same Core over and over";
    figures.push(beside("keystroke_p99_under_bulk", what, &mut pair, p99).await);
    drop(bulk);
    let (flooding, flood) = flood(world, core).await;
    let what = "a client reads what another terminal of the Core says without end";
    figures.push(beside("keystroke_p99_under_flood", what, &mut pair, p99).await);
    drop(flood);
    world.ada.delete(&flooding).await;
    let unattended = unattended(world, core).await;
    let what = "another terminal of the Core, which nobody looks at, says what it can";
    figures.push(beside("keystroke_p99_beside_unattended", what, &mut pair, p99).await);
    world.ada.delete(&unattended).await;
    figures
}

/// Keys while something else goes on.
async fn beside(name: &'static str, what: &str, pair: &mut [Line; 2], idle_p99: f64) -> Figure {
    let [mut busy, mut ssh] = type_in_turn(pair, KEYS).await;
    let p99 = percentile(&mut busy, 0.99);
    let detail = format!(
        "{KEYS} keys while {what}: p99 {p99:.2} ms, idle {idle_p99:.2} ms; p50 {:.2} ms; ssh beside it p50 {:.2} ms, p99 {:.2} \
         ms",
        percentile(&mut busy, 0.5),
        percentile(&mut ssh, 0.5),
        percentile(&mut ssh, 0.99),
    );
    Figure { name, value: p99 / idle_p99, unit: "ratio", detail }
}

/// A recording as a terminal that was open for long leaves it.
async fn download(world: &World, core: &Core) -> AbortOnDropHandle<()> {
    const LINES: usize = 60_000;
    let id = Uuid::now_v7();
    let mut text = r#"{"version":2,"width":80,"height":24,"timestamp":1}"#.to_owned();
    let line = format!("\n[1.0,\"o\",\"{}\"]", "x".repeat(1_000));
    text.extend(std::iter::repeat_n(line.as_str(), LINES));
    let folder = core.state().join("recordings");
    std::fs::create_dir_all(&folder).expect("the Core's state folder is there");
    std::fs::write(folder.join(format!("{id}.cast")), text).expect("a recording is written");
    let (client, path) = (world.ada.clone(), core.path(&format!("recordings/{id}")));
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let loading = AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            let mut answer = client.request(Method::GET, &path).send().await.expect("a download is answered");
            assert_eq!(answer.status(), 200);
            while answer.chunk().await.expect("a download goes on").is_some() {
                // It is waited for once.
                let _ = begun.try_send(());
            }
        }
    }));
    has_begun.recv().await.expect("a download begins");
    loading
}

/// A second terminal of the same Core says all that its reader takes. Returns where it is, too.
async fn flood(world: &World, core: &Core) -> (String, AbortOnDropHandle<()>) {
    let (path, mut line) = line_at(world, core, FLOOD).await;
    line.until("begun").await;
    let reading = AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            line.receive().await;
        }
    }));
    (path, reading)
}

/// The same, and nobody reads it any more.
async fn unattended(world: &World, core: &Core) -> String {
    let (path, mut line) = line_at(world, core, FLOOD).await;
    line.until("begun").await;
    path
}

/// A new terminal of the Core, in which a command has been typed, and where it is.
async fn line_at(world: &World, core: &Core, command: &str) -> (String, Line) {
    let id = core.open_terminal(&world.ada).await;
    (core.path(&format!("terminals/{id}")), Line::attached(core, &world.ada, &id, command).await)
}

async fn far(world: &World, core: &Core, server: &Server) -> [Figure; 2] {
    let gateway = Delay::towards(world.gateway.url().port().expect("a gateway has a port"), EACH_WAY).await;
    let sshd = Delay::towards(server.port, EACH_WAY).await;
    let mut pair = [
        Line::ours(core, &world.ada.dialling(gateway.port), ECHO).await,
        Line::over_ssh(server, sshd.port, ECHO).await,
    ];
    for line in &mut pair {
        line.until("begun").await;
    }
    let [mut ours, mut ssh] = type_in_turn(&mut pair, FAR_KEYS).await;
    let (p50, ssh_p50) = (percentile(&mut ours, 0.5), percentile(&mut ssh, 0.5));
    let detail = format!(
        "p50 of {FAR_KEYS} keys each, client and server {} ms apart each way: through gateway and link {p50:.1} ms, ssh \
         {ssh_p50:.1} ms; p99 {:.1} and {:.1} ms",
        EACH_WAY.as_millis(),
        percentile(&mut ours, 0.99),
        percentile(&mut ssh, 0.99),
    );
    let of_ssh = Figure { name: "keystroke_80ms_rtt_vs_ssh", value: p50 / ssh_p50, unit: "ratio", detail };
    let (confirmed, guessed) = (far_mosh(Prediction::Never).await, far_mosh(Prediction::Adaptive).await);
    let detail = format!(
        "p50 as before: {p50:.1} ms against mosh, as far away over UDP, that shows what the server has confirmed: \
         {confirmed:.1} ms; where mosh guesses, which we do not, a key is shown after {guessed:.1} ms"
    );
    [of_ssh, Figure { name: "keystroke_80ms_rtt_vs_mosh", value: p50 / confirmed, unit: "ratio", detail }]
}

async fn far_mosh(prediction: Prediction) -> f64 {
    let mut mosh = Mosh::start("stty raw -echo; printf begun; exec cat", EACH_WAY, prediction).await;
    mosh.until_shown(b'n').await;
    let mut samples = Vec::new();
    for number in 0..FAR_KEYS + 20 {
        // No letter that the screen or a sequence has.
        let key = if number % 2 == 0 { b'x' } else { b'z' };
        let started = Instant::now();
        mosh.send(&[key]).await;
        mosh.until_shown(key).await;
        if number >= 20 {
            samples.push(millis(started.elapsed()));
        }
    }
    mosh.quit().await;
    percentile(&mut samples, 0.5)
}

async fn throughput(world: &World, core: &Core, server: &Server) -> Figure {
    let command =
        format!("stty raw -echo; printf be%s gun; read -r _; head -c {BULK} /dev/zero | tr '\\0' x; exec cat");
    let (mut ours, mut ssh) = (Vec::new(), Vec::new());
    for _ in 0..BULKS {
        let (path, line) = line_at(world, core, &command).await;
        ours.push(rate(line).await);
        world.ada.delete(&path).await;
        ssh.push(rate(Line::over_ssh(server, server.port, &command).await).await);
    }
    let (ours, ssh) = (percentile(&mut ours, 0.5), percentile(&mut ssh, 0.5));
    let detail = format!(
        "{} MB of output, the median of {BULKS} each in turn: through gateway and link {ours:.1} MB/s, ssh {ssh:.1} MB/s",
        BULK / 1_000_000,
    );
    Figure { name: "terminal_throughput_vs_ssh", value: ours / ssh, unit: "ratio", detail }
}

/// Megabytes a second, once it was told to begin.
async fn rate(mut line: Line) -> f64 {
    line.until("begun").await;
    let started = Instant::now();
    line.send(b"\n").await;
    let mut left = BULK;
    while left > 0 {
        left = left.saturating_sub(line.receive().await.len() as u64);
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of bytes")]
    let megabytes = BULK as f64 / 1e6;
    megabytes / started.elapsed().as_secs_f64()
}

/// What an idle terminal takes: its keeper and its shell.
async fn idle(world: &World, core: &Core) -> Vec<Figure> {
    let before = keepers(core).len();
    for _ in 0..IDLE {
        let (_, terminal) = core.new_terminal(&world.ada).await;
        terminal.leave().await;
    }
    let keepers = keepers(core);
    assert_eq!(keepers.len() - before, IDLE);
    let shells = core.processes().into_iter().filter(|process| keepers.contains(&process.parent));
    let all: Vec<u32> = keepers.iter().copied().chain(shells.map(|process| process.pid)).collect();
    let sizes = |pids: &[u32]| f64::from(pids.iter().map(|pid| proportional_kib(*pid)).sum::<u32>());
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let count = keepers.len() as f64;
    let (whole, kept) = (sizes(&all) / count, sizes(&keepers) / count);
    let detail =
        format!("PSS, mean of {IDLE} terminals that nobody is attached to: keeper {kept:.0} KiB, the rest its shell");
    vec![Figure { name: "idle_terminal_kib", value: whole, unit: "KiB", detail }]
}

fn keepers(core: &Core) -> Vec<u32> {
    let all = core.processes().into_iter();
    all.filter(|process| process.arguments.iter().any(|argument| argument == "keep-terminal"))
        .map(|process| process.pid)
        .collect()
}

async fn replay(world: &World, core: &Core) -> Figure {
    let id = core.open_terminal(&world.ada).await;
    let mut terminal = core.terminal(&world.ada, &id, "attach").await.expect("it is attached to");
    terminal.ready().await;
    terminal.run(&format!("head -c {REPLAY} /dev/zero | tr '\\0' x")).await;
    terminal.leave().await;
    let path = core.path(&format!("terminals/{id}/attach?position=0"));
    let mut took = Vec::new();
    for _ in 0..REPLAYS {
        let started = Instant::now();
        let mut socket = world.ada.socket_for(&path, Some("condrix.terminal.v1")).await.expect("it is attached to");
        let bytes = line::live(&mut socket).await as u64;
        assert!(bytes > REPLAY, "the screen was shown in place of what it said: {bytes} bytes");
        took.push(millis(started.elapsed()));
        socket.close().await;
    }
    let detail = format!(
        "p50 of {REPLAYS}: from dialling (TLS handshake and all) with position 0 until `live`, 1 MiB kept; p90 {:.1} ms",
        percentile(&mut took, 0.9)
    );
    Figure { name: "replay_1mib_ms", value: percentile(&mut took, 0.5), unit: "ms", detail }
}
