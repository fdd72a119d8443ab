//! The message that is being answered with: which of its blocks have arrived, and as what.

use crate::guard::{Guard, TextGuard};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
    Other,
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "text" => Self::Text,
            "thinking" => Self::Thinking,
            _ => Self::Other,
        }
    }
}

/// More blocks than any message has; the rest of a message that has more goes without deltas.
const MAX_BLOCKS: usize = 1024;

#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    /// Its deltas arrive and its end has not: another message now means that the stream broke.
    pub(super) streaming: bool,
    blocks: Vec<Streamed>,
    /// The index for a finished block whose deltas were never seen.
    next: u32,
}

#[derive(Debug)]
struct Streamed {
    index: u32,
    kind: Kind,
    /// What holds back a possible credential's beginning; None once the block's deltas are over.
    guard: Option<TextGuard>,
    finished: bool,
}

impl Message {
    pub(super) fn new(id: String, streaming: bool) -> Self {
        Self { id, streaming, blocks: Vec::new(), next: 0 }
    }

    pub(super) fn start(&mut self, index: u32, kind: Kind, guard: &Guard) {
        if self.blocks.len() < MAX_BLOCKS && !self.blocks.iter().any(|block| block.index == index) {
            self.blocks.push(Streamed { index, kind, guard: Some(guard.text()), finished: false });
            self.next = self.next.max(index.saturating_add(1));
        }
    }

    /// What of a delta may go out now.
    pub(super) fn delta(&mut self, index: u32, kind: Kind, text: &str) -> Option<String> {
        let block = self.blocks.iter_mut().find(|block| block.index == index && block.kind == kind)?;
        if block.finished {
            return None;
        }
        Some(block.guard.as_mut()?.push(text)).filter(|text| !text.is_empty())
    }

    /// The block's deltas are over: what was held back goes out, unless the finished block has said all.
    pub(super) fn stop(&mut self, index: u32) -> Option<(Kind, String)> {
        let block = self.blocks.iter_mut().find(|block| block.index == index)?;
        block.rest().map(|text| (block.kind, text))
    }

    /// Every block's deltas are over: see [`stop`](Self::stop).
    pub(super) fn stop_all(&mut self) -> Vec<(u32, Kind, String)> {
        let rests = self.blocks.iter_mut().filter_map(|block| Some((block.index, block.kind, block.rest()?)));
        rests.collect()
    }

    /// The index of a finished block: the CLI does not say it, but finished blocks come in the order of their deltas.
    pub(super) fn finish(&mut self, kind: Kind) -> u32 {
        if let Some(block) = self.blocks.iter_mut().find(|block| block.kind == kind && !block.finished) {
            block.finished = true;
            return block.index;
        }
        let index = self.next;
        self.next = self.next.saturating_add(1);
        index
    }
}

impl Streamed {
    fn rest(&mut self) -> Option<String> {
        let rest = self.guard.take()?.finish();
        (!self.finished && !rest.is_empty()).then_some(rest)
    }
}
