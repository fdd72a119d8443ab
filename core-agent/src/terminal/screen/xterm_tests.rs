//! A restored screen, held against another emulator: the one that runs in browsers. It is fed what restores the screen,
//! and the same output from its beginning, and has to show the same.

use super::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Of each recording: cuts at even distances, which fall wherever they fall.
const CUTS: usize = 16;
const GENERATED: usize = 150;
const MUTATED: usize = 10;

fn tests(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests").join(folder)
}

/// What the other emulator shows of each of these outputs.
fn show(outputs: &[(Size, Vec<u8>)]) -> Vec<Value> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let mut node = Command::new("node")
        .arg(tests("emulator").join("show.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = node.stdin.take().expect("it is piped");
    let lines: Vec<String> = outputs
        .iter()
        .map(|(size, output)| {
            json!({ "rows": size.rows(), "columns": size.columns(), "output": BASE64_STANDARD.encode(output) })
                .to_string()
        })
        .collect();
    let write = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(stdin, "{line}")));
    let stdout = BufReader::new(node.stdout.take().expect("it is piped"));
    let shown: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(&line.expect("node answers")).expect("it answers in JSON"))
        .collect();
    write.join().expect("a thread ends").expect("node reads; `make prepare` installs the emulator");
    assert!(node.wait().expect("node ends").success());
    assert_eq!(shown.len(), outputs.len());
    shown
}

struct Cut {
    what: String,
    size: Size,
    output: Vec<u8>,
    at: usize,
}

/// At each cut: what is shown there, and what is shown when the rest has come.
fn assert_shows_the_same(cuts: &[Cut]) {
    let mut outputs = Vec::new();
    for Cut { size, output, at, .. } in cuts {
        let (before, rest) = output.split_at(*at);
        let mut screen = Screen::new(*size);
        screen.feed(before);
        let restoring = screen.restoring();
        let both = [&restoring, rest].concat();
        outputs.extend([(*size, before.to_vec()), (*size, restoring), (*size, output.clone()), (*size, both)]);
    }
    let mut wrong = Vec::new();
    for ((cut, shown), fed) in cuts.iter().zip(show(&outputs).chunks(4)).zip(outputs.chunks(4)) {
        for (when, direct, restored, bytes) in
            [("at the cut", &shown[0], &shown[1], &fed[1].1), ("at the end", &shown[2], &shown[3], &fed[1].1)]
        {
            if let Some(difference) = difference(direct, restored) {
                let before = cut.output[cut.at.saturating_sub(200)..cut.at].escape_ascii();
                let Cut { what, at, .. } = cut;
                let restoring = bytes.escape_ascii();
                wrong.push(format!(
                    "{what} at {at}, {when}: {difference}\n  behind {before}\n  restored by {restoring}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cuts.len(), wrong[..wrong.len().min(3)].join("\n"));
}

fn difference(direct: &Value, restored: &Value) -> Option<String> {
    let fields = direct.as_object().expect("an object");
    let name = fields.keys().find(|name| direct[name.as_str()] != restored[name.as_str()])?;
    let (direct, restored) = (&direct[name], &restored[name]);
    let lines = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let at = lines(direct).iter().zip(lines(restored)).position(|(one, other)| *one != other).unwrap_or(0);
    Some(format!("{name}[{at}]\n  {}\n  {}", lines(direct)[at], lines(restored)[at]))
}

fn recordings() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(tests("corpus")).expect("there are recordings");
    let mut all: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a recording can be read"))
        })
        .collect();
    all.sort();
    assert!(all.len() >= 6, "too few recordings");
    all
}

#[test]
fn a_screen_of_real_programs_is_restored_wherever_their_output_is_cut() {
    let cuts: Vec<_> = recordings()
        .into_iter()
        .flat_map(|(what, output)| {
            (1..=CUTS).map(move |number| {
                let (what, at) = (what.clone(), output.len() * number / CUTS);
                Cut { what, size: Size::default(), output: output.clone(), at }
            })
        })
        .collect();
    assert_shows_the_same(&cuts);
}

/// What both emulators understand alike. Left out is what they differ in by themselves, whoever restores: what a cursor
/// behind the last column does next, what of a character set a saved cursor has, characters whose width is disputed, and
/// bytes that are no UTF-8. And letters that are bold and dim at once, which the library cannot keep.
fn understood() -> impl Strategy<Value = Vec<u8>> {
    let number = 1..14_u16;
    prop_oneof![
        8 => "[ -~]{1,12}",
        2 => "[äöü漢字✓│]{1,4}",
        4 => Just("\r\n".to_owned()),
        2 => prop::sample::select(vec!["\r", "\t", "\x08"]).prop_map(str::to_owned),
        4 => (number.clone(), "[ABCDEFGLMPSTXd@`ae]").prop_map(|(number, last)| format!("\x1b[{number}{last}")),
        3 => (number.clone(), number.clone()).prop_map(|(row, column)| format!("\x1b[{row};{column}H")),
        2 => "\x1b\\[[012][JK]",
        3 => "\x1b\\[(0|22;1|22;2|3|4|7|22|23|24|27|3[0-79]|4[0-79]|9[0-7]|38;5;99|48;2;1;2;3)m",
        1 => (number.clone(), number).prop_map(|(top, bottom)| format!("\x1b[{top};{}r", top + bottom)),
        2 => "\x1b\\[\\?(1|25|47|1000|1002|1003|1004|1006|1049|2004)[hl]",
        1 => prop::sample::select(vec!["\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bM", "\x1bD", "\x1bE", "\x1b=", "\x1b>"])
            .prop_map(str::to_owned),
        1 => "(\x1b\\(0[a-z]{1,5}\x1b\\(B|\x1b\\)0\x0e[a-z]{1,5}\x0f|\x1b\\[4h[a-z]{1,5}\x1b\\[4l)",
        1 => "\x1b\\]0;[a-z]{0,9}\x07",
    ]
    .prop_map(String::into_bytes)
}

#[test]
fn a_screen_of_generated_output_is_restored_wherever_it_is_cut() {
    // The same ones each time.
    let mut runner = TestRunner::deterministic();
    let strategy = (prop::collection::vec(understood(), 1..60), any::<prop::sample::Index>());
    let cuts: Vec<_> = (0..GENERATED)
        .map(|number| {
            let (pieces, at) = strategy.new_tree(&mut runner).expect("a strategy makes values").current();
            let output = pieces.concat();
            let at = at.index(output.len() + 1);
            Cut { what: format!("output {number}"), size: Size::new(12, 40).expect("a size"), output, at }
        })
        .collect();
    assert_shows_the_same(&cuts);
}

#[test]
fn damaged_recordings_end_no_terminal_and_restore_to_something() {
    let mut runner = TestRunner::deterministic();
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..200);
    for (what, recording) in recordings() {
        for _ in 0..MUTATED {
            let mut output = recording.clone();
            for (at, byte) in damage.new_tree(&mut runner).expect("a strategy makes values").current() {
                output[at.index(recording.len())] = byte;
            }
            let mut screen = Screen::new(Size::default());
            screen.feed(&output);
            let mut other = Screen::new(Size::default());
            other.feed(&screen.restoring());
            assert_eq!(other.parser.screen().contents(), screen.parser.screen().contents(), "{what}");
        }
    }
}
