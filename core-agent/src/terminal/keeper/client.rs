//! One attached client: what it has, what it is owed, and what it may do. It takes what it is owed at its own pace; who
//! falls behind what is kept is shown the screen instead.

use super::super::scrollback::Scrollback;
use super::super::size::Size;
use super::super::wire::{Attach, Attached, Exited, Frame, Replay, Told};
use bytes::Bytes;
use tokio::sync::mpsc;

/// The most that one frame carries.
const PIECE: usize = 32 * 1024;

#[derive(Debug)]
pub(super) struct Client {
    pub(super) writes: bool,
    /// What it types is somebody's: its replay is behind it.
    pub(super) ready: bool,
    pub(super) paused: bool,
    pub(super) size: Option<Size>,
    /// Up to where it has the terminal's bytes.
    position: u64,
    /// What restores its screen, before it goes on at `position`.
    restoring: Bytes,
    /// Where its replay ends; None once it was told.
    live_from: Option<u64>,
    told: Shown,
}

/// What there is to tell beside the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) size: Size,
    pub(super) title: Option<String>,
    pub(super) exited: Option<Exited>,
}

impl Client {
    /// A client, and what it is told first.
    pub(super) fn attach(
        wanted: &Attach,
        shown: &Shown,
        scrollback: &Scrollback,
        restoring: impl FnOnce() -> Vec<u8>,
    ) -> (Self, Attached) {
        let end = scrollback.end();
        let has = wanted.position.filter(|position| scrollback.reaches(*position));
        let (replay, position) = has.map_or((Replay::Screen, end), |position| (Replay::Missing, position));
        let restoring = if has.is_some() { Bytes::new() } else { Bytes::from(restoring()) };
        let attached = Attached {
            replay,
            position,
            screen_bytes: restoring.len() as u64,
            size: shown.size,
            title: shown.title.clone(),
        };
        let client = Self {
            writes: wanted.writes,
            ready: false,
            paused: false,
            size: wanted.size,
            position,
            restoring,
            live_from: Some(end),
            told: Shown { exited: None, ..shown.clone() },
        };
        (client, attached)
    }

    /// How many bytes it is behind.
    pub(super) fn behind(&self, scrollback: &Scrollback) -> u64 {
        scrollback.end() - self.position
    }

    /// Whether the program waits for it: one that has fallen behind what is kept misses something, whatever is done.
    pub(super) fn paces(&self, scrollback: &Scrollback) -> bool {
        self.writes && scrollback.reaches(self.position)
    }

    /// Hands over what it is owed, as far as it takes it now.
    pub(super) fn serve(
        &mut self,
        to: &mpsc::Sender<Frame<Told>>,
        shown: &Shown,
        scrollback: &Scrollback,
        restoring: impl Fn() -> Vec<u8>,
    ) {
        while let Ok(room) = to.try_reserve() {
            match self.owed(shown, scrollback, &restoring) {
                Some(frame) => room.send(frame),
                None => return,
            }
        }
    }

    fn owed(
        &mut self,
        shown: &Shown,
        scrollback: &Scrollback,
        restoring: &impl Fn() -> Vec<u8>,
    ) -> Option<Frame<Told>> {
        if self.told.size != shown.size {
            self.told.size = shown.size;
            return Some(Frame::Said(Told::Resized { size: shown.size }));
        }
        if self.told.title != shown.title {
            self.told.title.clone_from(&shown.title);
            return Some(Frame::Said(Told::Title { title: shown.title.clone().unwrap_or_default() }));
        }
        if self.paused {
            return None;
        }
        if !self.restoring.is_empty() {
            return Some(Frame::Bytes(self.restoring.split_to(self.restoring.len().min(PIECE))));
        }
        // As far as its replay goes, however much the terminal says meanwhile.
        if let Some(live) = self.live_from.filter(|live| self.position >= *live) {
            self.live_from = None;
            return Some(Frame::Said(Told::Live { position: live.max(self.position) }));
        }
        let end = scrollback.end();
        if self.position < end {
            let most = self.live_from.and_then(|live| usize::try_from(live - self.position).ok());
            if let Some(bytes) = scrollback.from(self.position, most.map_or(PIECE, |most| most.min(PIECE))) {
                self.position += bytes.len() as u64;
                return Some(Frame::Bytes(bytes.into()));
            }
            self.restoring = restoring().into();
            self.position = end;
            return Some(Frame::Said(Told::Skipped { position: end, screen_bytes: self.restoring.len() as u64 }));
        }
        if self.told.exited != shown.exited {
            self.told.exited = shown.exited;
            return shown.exited.map(|exited| Frame::Said(Told::Exited(exited)));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Shown {
        Shown { size: Size::default(), title: None, exited: None }
    }

    fn attach(position: Option<u64>) -> Attach {
        Attach { position, size: None, writes: true }
    }

    fn said(text: &[u8]) -> Scrollback {
        let mut scrollback = Scrollback::new(8);
        scrollback.push(text);
        scrollback
    }

    fn all(client: &mut Client, shown: &Shown, scrollback: &Scrollback) -> Vec<Frame<Told>> {
        std::iter::from_fn(|| client.owed(shown, scrollback, &|| b"<screen>".to_vec())).collect()
    }

    #[test]
    fn a_client_that_comes_back_gets_exactly_what_it_does_not_have() {
        let mut scrollback = said(b"0123456789");
        let (mut client, attached) = Client::attach(&attach(Some(7)), &shown(), &scrollback, Vec::new);
        assert_eq!((attached.replay, attached.position, attached.screen_bytes), (Replay::Missing, 7, 0));
        let live = Frame::Said(Told::Live { position: 10 });
        assert_eq!(all(&mut client, &shown(), &scrollback), [Frame::Bytes(Bytes::from_static(b"789")), live]);
        scrollback.push(b"ab");
        assert_eq!(all(&mut client, &shown(), &scrollback), [Frame::Bytes(Bytes::from_static(b"ab"))]);
    }

    #[test]
    fn a_replay_ends_where_it_was_to_end_also_when_the_terminal_says_more_meanwhile() {
        let mut scrollback = said(b"0123");
        let (mut client, _) = Client::attach(&attach(Some(0)), &shown(), &scrollback, Vec::new);
        scrollback.push(b"4567");
        let live = Frame::Said(Told::Live { position: 4 });
        let bytes = |bytes| Frame::Bytes(Bytes::from_static(bytes));
        assert_eq!(all(&mut client, &shown(), &scrollback), [bytes(b"0123"), live, bytes(b"4567")]);
    }

    #[test]
    fn a_client_that_has_nothing_or_too_little_is_shown_the_screen() {
        for has in [None, Some(1), Some(11)] {
            let scrollback = said(b"0123456789");
            let (mut client, attached) = Client::attach(&attach(has), &shown(), &scrollback, || b"<screen>".to_vec());
            assert_eq!((attached.replay, attached.position, attached.screen_bytes), (Replay::Screen, 10, 8), "{has:?}");
            let screen = Frame::Bytes(Bytes::from_static(b"<screen>"));
            let live = Frame::Said(Told::Live { position: 10 });
            assert_eq!(all(&mut client, &shown(), &scrollback), [screen, live]);
        }
    }

    #[test]
    fn a_client_that_falls_behind_is_shown_the_screen_and_goes_on() {
        let mut scrollback = said(b"");
        let (mut client, _) = Client::attach(&attach(Some(0)), &shown(), &scrollback, Vec::new);
        all(&mut client, &shown(), &scrollback);
        scrollback.push(b"more than is kept of it");
        let owed = all(&mut client, &shown(), &scrollback);
        assert_eq!(owed[0], Frame::Said(Told::Skipped { position: 23, screen_bytes: 8 }));
        assert_eq!(owed[1], Frame::Bytes(Bytes::from_static(b"<screen>")));
        assert_eq!(client.behind(&scrollback), 0);
    }

    #[test]
    fn a_paused_client_is_owed_its_bytes_until_it_resumes() {
        let scrollback = said(b"abc");
        let (mut client, _) = Client::attach(&attach(Some(0)), &shown(), &scrollback, Vec::new);
        client.paused = true;
        let resized = Shown { size: Size::new(5, 5).unwrap(), ..shown() };
        assert_eq!(all(&mut client, &resized, &scrollback), [Frame::Said(Told::Resized { size: resized.size })]);
        client.paused = false;
        assert_eq!(all(&mut client, &resized, &scrollback)[0], Frame::Bytes(Bytes::from_static(b"abc")));
    }

    #[test]
    fn a_program_waits_for_who_uses_it_until_that_one_has_fallen_behind_what_is_kept() {
        let mut scrollback = said(b"abc");
        let (mut client, _) = Client::attach(&attach(Some(0)), &shown(), &scrollback, Vec::new);
        client.paused = true;
        assert!(client.paces(&scrollback));
        scrollback.push(b"more than is kept of it");
        assert!(!client.paces(&scrollback));
        let (watcher, _) = Client::attach(&Attach { writes: false, ..attach(None) }, &shown(), &scrollback, Vec::new);
        assert!(!watcher.paces(&scrollback));
    }

    #[test]
    fn the_end_is_told_behind_the_last_byte() {
        let scrollback = said(b"bye");
        let over = Shown { exited: Some(Exited { code: Some(3), signal: None }), ..shown() };
        let (mut client, _) = Client::attach(&attach(Some(0)), &over, &scrollback, Vec::new);
        let owed = all(&mut client, &over, &scrollback);
        assert_eq!(owed.last(), Some(&Frame::Said(Told::Exited(Exited { code: Some(3), signal: None }))));
        assert_eq!(owed.len(), 3);
    }
}
