//! The supervisor with shell scripts in the CLI's place.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use core_agent::supervise::{Exit, Spec, Supervised, Supervisor};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SUPERVISOR: &str = env!("CARGO_BIN_EXE_core-agent");
const DEADLINE: Duration = Duration::from_secs(20);

fn spec(folder: &Path, script: &str) -> Spec {
    Spec {
        argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
        env: vec![("PATH".to_owned(), std::env::var("PATH").unwrap())],
        cwd: folder.to_owned(),
        api_key: None,
        refreshes_in: None,
        alone: None,
        grace: Duration::from_millis(300),
    }
}

async fn start(spec: &Spec) -> Supervised {
    Supervised::spawn(&Supervisor::at(SUPERVISOR), spec).await.unwrap()
}

async fn line(process: &mut Supervised) -> String {
    tokio::time::timeout(DEADLINE, process.next_line()).await.unwrap().unwrap().unwrap()
}

async fn wait(process: &mut Supervised) -> Exit {
    tokio::time::timeout(DEADLINE, process.wait()).await.unwrap()
}

/// Looks until there is something, or panics.
async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < DEADLINE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn lives(pid: i32) -> bool {
    // A zombie is a process whose end nobody has asked about yet; it does nothing more.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn gone(pid: i32) {
    until(&format!("process {pid} is gone"), || (!lives(pid)).then_some(())).await;
}

async fn number_in(file: PathBuf) -> i32 {
    until(&file.display().to_string(), || fs::read_to_string(&file).ok()?.trim().parse().ok()).await
}

/// A script's part: a tool that left its session and its parent, ignores signals, and writes its id to `tool`.
const ESCAPED_TOOL: &str =
    r#"(setsid sh -c 'trap "" TERM HUP INT; echo $$ > tool.new; mv tool.new tool; sleep 1000' > /dev/null 2>&1 &)"#;

#[tokio::test]
async fn lines_go_both_ways_and_the_exit_code_comes_back() {
    let folder = TempDir::new().unwrap();
    let mut process = start(&spec(folder.path(), r#"while read -r x; do echo "got $x"; done; echo bye; exit 7"#)).await;
    process.write_line("one").await.unwrap();
    assert_eq!(line(&mut process).await, "got one");
    process.write_line("two").await.unwrap();
    process.close_stdin();
    assert_eq!(line(&mut process).await, "got two");
    assert_eq!(line(&mut process).await, "bye");
    assert!(process.next_line().await.is_none());
    assert_eq!(wait(&mut process).await, Exit { code: Some(7) });
    assert!(process.write_line("late").await.is_err());
}

#[tokio::test]
async fn a_program_that_cannot_be_started_says_so() {
    let folder = TempDir::new().unwrap();
    let mut missing = spec(folder.path(), "");
    missing.argv = vec!["/nonexistent/claude".to_owned()];
    let mut process = start(&missing).await;
    assert_eq!(wait(&mut process).await, Exit { code: Some(127) });
    until("the reason", || process.stderr_tail().contains("cannot be started").then_some(())).await;
}

#[tokio::test]
async fn the_child_gets_the_given_environment_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let mut process = start(&spec(folder.path(), "tr '\\0' '\\n' < /proc/$$/environ; pwd")).await;
    let mut lines = Vec::new();
    while let Some(line) = process.next_line().await {
        lines.push(line.unwrap());
    }
    let path = format!("PATH={}", std::env::var("PATH").unwrap());
    assert_eq!(lines, [path, folder.path().canonicalize().unwrap().display().to_string()]);
}

#[tokio::test]
async fn leftovers_of_a_child_that_ended_are_ended_too() {
    let folder = TempDir::new().unwrap();
    let script = format!("{ESCAPED_TOOL}; sleep 1000 & while [ ! -e tool ]; do sleep 0.01; done; exit 3");
    let mut process = start(&spec(folder.path(), &script)).await;
    assert_eq!(wait(&mut process).await, Exit { code: Some(3) });
    assert!(!lives(number_in(folder.path().join("tool")).await));
}

#[tokio::test]
async fn a_child_that_ignores_everything_is_ended_with_all_it_started() {
    let folder = TempDir::new().unwrap();
    let script = format!("trap '' TERM HUP INT; {ESCAPED_TOOL}; echo $$; while :; do sleep 1; done");
    let mut process = start(&spec(folder.path(), &script)).await;
    let child: i32 = line(&mut process).await.parse().unwrap();
    let tool = number_in(folder.path().join("tool")).await;
    let exit = tokio::time::timeout(DEADLINE, process.end()).await.unwrap();
    assert_eq!(exit, Exit { code: Some(128 + 9) });
    assert!(!lives(child) && !lives(tool));
}

#[tokio::test]
async fn a_child_that_reads_nothing_cannot_hold_its_end_up() {
    let folder = TempDir::new().unwrap();
    let mut process = start(&spec(folder.path(), "echo $$; exec sleep 1000")).await;
    let child: i32 = line(&mut process).await.parse().unwrap();
    process.write_line("x".repeat(1024 * 1024)).await.unwrap();
    drop(process);
    gone(child).await;
}

#[tokio::test]
async fn dropping_the_handle_ends_the_tree() {
    let folder = TempDir::new().unwrap();
    let mut process = start(&spec(folder.path(), &format!("{ESCAPED_TOOL}; echo $$; cat"))).await;
    let child: i32 = line(&mut process).await.parse().unwrap();
    let tool = number_in(folder.path().join("tool")).await;
    drop(process);
    gone(child).await;
    gone(tool).await;
}

#[tokio::test]
async fn stdin_stays_open_while_a_refresh_is_in_flight() {
    let folder = TempDir::new().unwrap();
    let lock = folder.path().join(".oauth_refresh.lock");
    fs::create_dir(&lock).unwrap();
    // It reads by itself: what it has started does not live as long.
    let script = format!("{ESCAPED_TOOL}; echo ready; while read -r word; do :; done; echo ended > ended; exit 5");
    let mut refreshing = spec(folder.path(), &script);
    refreshing.refreshes_in = Some(folder.path().to_owned());
    let mut process = start(&refreshing).await;
    assert_eq!(line(&mut process).await, "ready");
    let tool = number_in(folder.path().join("tool")).await;
    process.close_stdin();
    process.terminate();
    gone(tool).await;
    let held = tokio::time::timeout(Duration::from_secs(1), process.wait()).await;
    assert!(held.is_err(), "ended in the middle of a refresh");
    assert!(!folder.path().join("ended").exists(), "stdin was closed in the middle of a refresh");
    fs::remove_dir(&lock).unwrap();
    let exit = wait(&mut process).await;
    assert!(exit == Exit { code: Some(5) } || exit == Exit { code: Some(128 + 15) }, "{exit:?}");
}

const KEY: &str = "sk-canary-5f2b1c";

#[tokio::test]
async fn a_key_is_on_descriptor_3_and_nowhere_else() {
    let folder = TempDir::new().unwrap();
    let script = r#"
        for pid in $$ $PPID; do cat /proc/$pid/cmdline /proc/$pid/environ 2>/dev/null | tr '\0\n' '  '; done; echo
        env | grep -c sk-
        echo "descriptor $CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR"
        cat <&3; echo; cat <&3; echo end"#;
    let mut with_key = spec(folder.path(), script);
    with_key.api_key = Some(KEY.to_owned().into());
    let mut process = start(&with_key).await;
    let seen = line(&mut process).await;
    assert!(seen.contains("supervise") && !seen.contains(KEY), "{seen}");
    assert_eq!(line(&mut process).await, "0");
    assert_eq!(line(&mut process).await, "descriptor 3");
    assert_eq!(line(&mut process).await, KEY);
    assert_eq!(line(&mut process).await, "end", "the pipe holds the key once and is closed behind it");
    assert_eq!(wait(&mut process).await, Exit { code: Some(0) });
    assert!(!format!("{with_key:?}").contains("canary"));
}

const AGENT: &str = "CONDRIX_TEST_AGENT";

/// Plays the agent until it is killed.
#[tokio::test]
#[ignore = "the child of the test below"]
async fn an_agent_with_a_child() {
    let Some(folder) = std::env::var_os(AGENT).map(PathBuf::from) else { return };
    let script =
        format!(r"{ESCAPED_TOOL}; echo $$ > child.new; mv child.new child; cat > /dev/null; echo ended > ended");
    let mut refreshing = spec(&folder, &script);
    refreshing.refreshes_in = Some(folder.clone());
    let _process = start(&refreshing).await;
    std::future::pending::<()>().await;
}

fn agent(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["an_agent_with_a_child", "--exact", "--ignored"])
        .env(AGENT, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn nothing_outlives_an_agent_that_was_killed() {
    let folder = TempDir::new().unwrap();
    let mut agent = agent(folder.path());
    let child = number_in(folder.path().join("child")).await;
    let tool = number_in(folder.path().join("tool")).await;
    agent.kill().unwrap();
    agent.wait().unwrap();
    gone(child).await;
    gone(tool).await;
    assert!(folder.path().join("ended").exists(), "the child was not asked to end first");
}

#[tokio::test]
async fn a_refresh_outlives_an_agent_that_was_killed() {
    let folder = TempDir::new().unwrap();
    let lock = folder.path().join(".oauth_refresh.lock");
    fs::create_dir(&lock).unwrap();
    let mut agent = agent(folder.path());
    let child = number_in(folder.path().join("child")).await;
    let tool = number_in(folder.path().join("tool")).await;
    agent.kill().unwrap();
    agent.wait().unwrap();
    // Long enough for an end without regard to the lock: the grace is 300 ms.
    let observed = Instant::now();
    until("a second has passed", || {
        assert!(lives(child) && !folder.path().join("ended").exists(), "ended in the middle of a refresh");
        (observed.elapsed() > Duration::from_secs(1)).then_some(())
    })
    .await;
    fs::remove_dir(&lock).unwrap();
    gone(child).await;
    gone(tool).await;
    assert!(folder.path().join("ended").exists());
}
