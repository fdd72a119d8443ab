//! One gateway and two Cores. What befalls one of them must not be felt by the other.

use super::dice::Dice;
use super::fault::Fault;
use super::happen::happen;
use super::site::Site;
use condrix_tests::rig::{World, assert_whole};

pub(super) struct Stage {
    sites: [Site; 2],
    world: World,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let world = World::start().await;
        let ben = world.gateway.add_user("ben").await;
        let sites = [Site::set("left", &world, &ben).await, Site::set("right", &world, &ben).await];
        Self { sites, world }
    }

    /// Work everywhere, a fault in the midst of it, and all is as it must be.
    pub(super) async fn round(&mut self, round: u64, fault: Fault, dice: &mut Dice) {
        let World { gateway, vendor, .. } = &mut self.world;
        let gates = vendor.gates();
        let first_is_hit = dice.chance();
        let [left, right] = &mut self.sites;
        let left = {
            let work = left.begin(vendor, round, dice).await;
            (left, work)
        };
        let right = {
            let work = right.begin(vendor, round, dice).await;
            (right, work)
        };
        let (mut hit, calm) = match (fault.befalls_all(), first_is_hit) {
            (true, _) => (vec![left, right], None),
            (false, true) => (vec![left], Some(right)),
            (false, false) => (vec![right], Some(left)),
        };
        for (site, work) in &mut hit {
            site.hurry(work, dice);
        }
        let goes_on = async {
            if let Some((site, work)) = calm {
                site.goes_on(gates, work).await;
            }
        };
        tokio::join!(Box::pin(happen(fault, gateway, gates, &mut hit)), Box::pin(goes_on));
        for (site, work) in hit {
            site.recover(gates, fault, work).await;
        }
    }

    /// Everything ends in order, and what is left on the disks is whole: the gateway verifies its audit log when it starts.
    pub(super) async fn close(self) {
        for site in self.sites {
            site.close().await;
        }
        let mut gateway = self.world.gateway;
        assert!(gateway.program().stop().await.success());
        assert_whole(&gateway.data().join("registry.db")).await;
        gateway.start_again().await;
        assert!(gateway.program().stop().await.success());
    }
}
