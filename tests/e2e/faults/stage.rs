//! One gateway and two Cores. What befalls one of them must not be felt by the other.

use super::dice::Dice;
use super::fault::Fault;
use super::happen::happen;
use super::site::{Particulars, Plan, Site};
use condrix_tests::rig::{Clock, Gateway, World, assert_whole};
use futures::future::join_all;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::time::sleep;
use toml::Table;

/// How far clocks are stepped: less than a login lives without being used.
const STEPS: [Duration; 3] = [Duration::minutes(-10), Duration::ZERO, Duration::minutes(10)];

/// How long, in milliseconds, after what is done in a hurry has begun.
const MOMENTS: [u64; 6] = [0, 1, 4, 12, 40, 120];

pub(super) struct Stage {
    sites: [Site; 2],
    world: World,
    /// None where clocks cannot be stepped.
    clock: Option<Clock>,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let clock = Clock::right();
        let variables = clock.as_ref().map(Clock::variables).unwrap_or_default();
        let gateway = Gateway::start_in(&Table::new(), variables.clone()).await;
        let world = World::around(gateway).await;
        let ben = world.gateway.add_user("ben").await;
        let sites = tokio::join!(
            Box::pin(Site::set("left", &world, &ben, &variables, Particulars { spares: 0, carrier: "direct" })),
            Box::pin(Site::set("right", &world, &ben, &variables, Particulars { spares: 1, carrier: "websocket" }))
        )
        .into();
        Self { sites, world, clock }
    }

    /// Whether this can happen here.
    pub(super) fn can_bring_about(&self, fault: Fault) -> bool {
        match fault {
            _ if fault.fills_a_disk() => self.sites.iter().all(|site| site.disk.is_some()),
            Fault::ClockStepped => self.clock.is_some(),
            _ => true,
        }
    }

    /// Work everywhere, a fault in the midst of it, and all is as it must be. Returns how many processes it killed.
    pub(super) async fn round(&mut self, round: u64, fault: Fault, dice: &mut Dice) -> usize {
        let World { gateway, vendor, .. } = &mut self.world;
        let gates = vendor.gates();
        let first_is_hit = dice.chance();
        let [left, right] = &mut self.sites;
        let plans = [Plan::draw(round, dice), Plan::draw(round, dice)];
        let begun = tokio::join!(Box::pin(left.begin(vendor, plans[0])), Box::pin(right.begin(vendor, plans[1])));
        let (left, right) = ((left, begun.0), (right, begun.1));
        let (mut hit, calm) = match (fault.befalls_all(), first_is_hit) {
            (true, _) => (vec![left, right], None),
            (false, true) => (vec![left], Some(right)),
            (false, false) => (vec![right], Some(left)),
        };
        for (site, work) in &mut hit {
            site.hurry(gates, work);
        }
        // Not to wait for anything: it happens at some moment of all that.
        sleep(std::time::Duration::from_millis(MOMENTS[dice.below(MOMENTS.len())])).await;
        let goes_on = async {
            if let Some((site, work)) = calm {
                site.goes_on(gates, work).await;
            }
        };
        let mut clock = self.clock.as_mut().filter(|_| fault == Fault::ClockStepped);
        if let Some(clock) = &mut clock {
            let others: Vec<_> = STEPS.into_iter().filter(|step| *step != clock.ahead()).collect();
            clock.step(others[dice.below(others.len())]);
        }
        let (killed, ()) = tokio::join!(Box::pin(happen(fault, gateway, gates, &mut hit)), Box::pin(goes_on));
        let recovered = hit.into_iter().map(|(site, work)| site.recover(gates, fault, work));
        for end in join_all(recovered).await.into_iter().flatten() {
            if let Some(clock) = &clock {
                let at = end["at"].as_str().and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
                assert!(at.is_some_and(|at| clock.has_shown(at)), "the Core goes by the clock: {end}");
            }
        }
        killed
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
