//! What the gateway has said of this Core: welcomed, revoked. The two come on different ways, so that an old welcome may be
//! heard of after a newer revocation: the epoch, which counts both, tells.

#[derive(Debug, Default)]
pub(super) struct Admission {
    welcomed: Option<u64>,
    /// The newest epoch that a revocation has ended.
    ended: Option<u64>,
    revoked: bool,
}

impl Admission {
    /// The Core was revoked: by a link of this epoch, or at the handshake of one that was to be.
    pub(super) fn revoked(&mut self, epoch: Option<u64>) {
        self.revoked = true;
        self.ended = self.ended.max(epoch.or(self.welcomed));
    }

    /// Whether the newest that was heard lets work begin.
    pub(super) const fn is_admitted(&self) -> bool {
        self.welcomed.is_some() && !self.revoked
    }

    /// Whether a welcome in this epoch lets work begin.
    pub(super) fn welcomed(&mut self, epoch: u64) -> bool {
        self.welcomed = self.welcomed.max(Some(epoch));
        let admitted = !self.revoked || self.ended < Some(epoch);
        if admitted {
            self.revoked = false;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_core_is_admitted_however_it_heard_of_its_revocation() {
        for heard in [Some(1), None] {
            let mut admission = Admission::default();
            assert!(!admission.is_admitted());
            assert!(admission.welcomed(1) && admission.is_admitted());
            admission.revoked(heard);
            assert!(!admission.is_admitted());
            assert!(admission.welcomed(3) && admission.is_admitted());
        }
        let mut never_welcomed = Admission::default();
        never_welcomed.revoked(None);
        assert!(never_welcomed.welcomed(1));
    }

    #[test]
    fn an_old_welcome_opens_nothing_after_a_newer_revocation() {
        let mut admission = Admission::default();
        admission.revoked(None);
        // The link of epoch 3 is up, and by it the next revocation comes before anybody has looked at the welcome.
        admission.revoked(Some(3));
        assert!(!admission.welcomed(3) && !admission.welcomed(1));
        assert!(admission.welcomed(5));
    }
}
