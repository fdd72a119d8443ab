//! Who can type into this Core's terminals now: a sign-in that is made there is somebody's.

use protocol::ids::UserId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Debug, Default)]
pub struct Hands(Arc<Mutex<BTreeMap<UserId, usize>>>);

/// One person at one terminal, for as long as this is held.
#[derive(Debug)]
pub struct Hand {
    hands: Hands,
    user: UserId,
}

impl Hands {
    pub fn of(&self, user: UserId) -> Hand {
        *self.lock().entry(user).or_default() += 1;
        Hand { hands: self.clone(), user }
    }

    /// The one person who can type. With several, nobody knows whose hands they were.
    pub(super) fn sole(&self) -> Option<UserId> {
        let hands = self.lock();
        hands.keys().next().copied().filter(|_| hands.len() == 1)
    }

    // Each change is one insertion or removal.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let mut hands = self.hands.lock();
        if let Some(count) = hands.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                hands.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_person_alone_is_known_to_have_typed() {
        let (hands, ada, ben) = (Hands::default(), UserId::new(), UserId::new());
        assert_eq!(hands.sole(), None);
        let (first, second) = (hands.of(ada), hands.of(ada));
        assert_eq!(hands.sole(), Some(ada));
        let other = hands.of(ben);
        assert_eq!(hands.sole(), None);
        drop((first, second));
        assert_eq!(hands.sole(), Some(ben));
        drop(other);
        assert_eq!(hands.sole(), None);
    }
}
