//! How things go wrong.

use super::fault::Fault;
use super::site::{Site, Work};
use condrix_tests::rig::{Core, Gateway, eventually, tree};
use condrix_tests::vendor::Gates;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// Whoever does not answer a simple question within this is taken to stand still.
const UNANSWERED: Duration = Duration::from_millis(300);

/// What has lost its agent is gone within this.
const GONE: Duration = Duration::from_mins(1);

/// To these sites, with what goes on there. Returns how many processes were killed by it; what ends because those are gone
/// is not counted.
pub(super) async fn happen(fault: Fault, gateway: &mut Gateway, gates: &Gates, hit: &mut [(&mut Site, Work)]) -> usize {
    let mut killed = 0;
    match fault {
        Fault::GatewayKilled => {
            gateway.program().kill().await;
            killed += 1;
            gateway.start_again().await;
        }
        Fault::GatewayFrozen => {
            gateway.program().signal(Signal::STOP);
            for (site, _) in &*hit {
                unanswered(site).await;
            }
            gateway.program().signal(Signal::CONT);
        }
        // The clocks were stepped before: that is all.
        Fault::ClockStepped => {}
        Fault::EverythingKilled => {
            let before: Vec<Vec<u32>> = hit.iter().map(|(site, _)| site.work_processes()).collect();
            gateway.program().signal(Signal::KILL);
            for (site, _) in &mut *hit {
                site.core.program().kill().await;
            }
            gateway.program().kill().await;
            killed += 1 + hit.len();
            for (site, _) in &mut *hit {
                site.core.run_at_once();
            }
            gateway.start_again().await;
            for ((site, _), before) in hit.iter().zip(before) {
                gone(&site.core, &before).await;
            }
        }
        Fault::AgentKilled
        | Fault::AgentFrozen
        | Fault::AgentAsleep
        | Fault::AgentRestarted
        | Fault::CliKilled
        | Fault::CliFrozen
        | Fault::LinkCut
        | Fault::LinkGapped
        | Fault::LinkHalfOpen
        | Fault::CoreRevoked
        | Fault::DiskFull
        | Fault::AgentKilledOnFullDisk => {
            for (site, work) in hit {
                killed += befall(fault, gates, site, work).await;
            }
        }
    }
    killed
}

/// What befalls one Core. Returns the same.
async fn befall(fault: Fault, gates: &Gates, site: &mut Site, work: &Work) -> usize {
    match fault {
        Fault::GatewayKilled | Fault::GatewayFrozen | Fault::EverythingKilled | Fault::ClockStepped => {
            unreachable!("{fault:?} befalls every Core")
        }
        Fault::AgentKilled => {
            let before = site.work_processes();
            site.core.program().kill().await;
            // What it has left behind may still be there, or not.
            site.core.run_at_once();
            gone(&site.core, &before).await;
            return 1;
        }
        Fault::AgentFrozen => {
            site.core.program().signal(Signal::STOP);
            unanswered(site).await;
            site.core.program().signal(Signal::CONT);
        }
        Fault::AgentAsleep => {
            site.core.program().signal(Signal::STOP);
            eventually("its link is given up", async || (site.link().await["status"] != "online").then_some(())).await;
            site.core.program().signal(Signal::CONT);
        }
        Fault::AgentRestarted => {
            assert!(site.core.program().stop().await.success());
            site.core.deserted().await;
            site.core.run();
        }
        Fault::CliKilled => {
            let before: Vec<u32> = site.core.cli_processes().iter().map(|process| process.pid).collect();
            all_get(&before, Signal::KILL);
            gone(&site.core, &before).await;
            return before.len();
        }
        Fault::CliFrozen => {
            let all: Vec<u32> = site.core.cli_processes().iter().map(|process| process.pid).collect();
            all_get(&all, Signal::STOP);
            eventually("the CLI stands still", async || all.iter().all(|pid| stands_still(*pid)).then_some(())).await;
            // What the vendor says meanwhile waits for it.
            gates.release(&work.gate(site), 1);
            all_get(&all, Signal::CONT);
        }
        Fault::LinkCut => {
            let before = site.link().await;
            site.relay.cut();
            other_link(site, &before).await;
        }
        Fault::LinkGapped => {
            let before = site.link().await;
            site.relay.freeze();
            unanswered(site).await;
            site.relay.thaw();
            other_link(site, &before).await;
        }
        Fault::LinkHalfOpen => {
            let before = site.link().await;
            site.relay.freeze();
            other_link(site, &before).await;
        }
        Fault::CoreRevoked => revoked_and_restored(gates, site, work).await,
        Fault::DiskFull => full(gates, site, work).await,
        Fault::AgentKilledOnFullDisk => {
            killed_while_full(gates, site, work).await;
            return 1;
        }
    }
    0
}

async fn revoked_and_restored(gates: &Gates, site: &mut Site, work: &Work) {
    let core = format!("/api/v1/cores/{}", site.core.id());
    let receipt = site.ada.post(&format!("{core}/revoke"), &json!({})).await.expect(200);
    site.falls_silent(gates, work).await;
    site.ada.get(&site.core.path("sessions")).await.expect_problem(410, "core-revoked");
    let restored = site.ada.post(&format!("{core}/restore"), &json!({})).await.expect(200);
    assert_eq!(restored["epoch"].as_u64(), receipt["epoch"].as_u64().map(|epoch| epoch + 1));
}

/// Nothing new begins on a full disk. What goes on waits for room.
async fn full(gates: &Gates, site: &mut Site, work: &Work) {
    let disk = site.disk.as_ref().expect("only a disk of its own is filled");
    disk.fill();
    gates.release(&work.gate(site), 1);
    site.refuses_messages().await;
    disk.free();
}

/// The next agent starts where nothing can be written: it is there, and takes nothing up before there is room.
async fn killed_while_full(gates: &Gates, site: &mut Site, work: &Work) {
    site.disk.as_ref().expect("only a disk of its own is filled").fill();
    gates.release(&work.gate(site), 1);
    site.refuses_messages().await;
    let before = site.work_processes();
    site.core.program().kill().await;
    site.core.run_at_once();
    gone(&site.core, &before).await;
    site.core.online(&site.ada).await;
    site.refuses_messages().await;
    site.disk.as_ref().expect("it is there still").free();
}

/// Asks something of the Core until there is no answer.
async fn unanswered(site: &Site) {
    let question = site.core.path("sessions");
    eventually("nobody answers", async || {
        let request = site.ada.request(reqwest::Method::GET, &question);
        timeout(UNANSWERED, request.send()).await.is_err().then_some(())
    })
    .await;
}

async fn other_link(site: &Site, before: &Value) {
    let question = site.core.path("sessions");
    eventually("the link is another", async || {
        // A side that has missed something finds out when it hears the next. There may be an answer or not.
        drop(timeout(UNANSWERED, site.ada.request(reqwest::Method::GET, &question).send()).await);
        let link = site.link().await;
        (link["status"] == "online" && link != *before).then_some(())
    })
    .await;
}

async fn gone(core: &Core, before: &[u32]) {
    let left = || core.processes().into_iter().filter(|process| before.contains(&process.pid)).collect::<Vec<_>>();
    let gone = eventually("what was there before is gone", async || left().is_empty().then_some(()));
    let gone = timeout(GONE, gone).await;
    assert!(gone.is_ok(), "of what was there before there still is {:?}", left());
}

fn all_get(processes: &[u32], signal: Signal) {
    for pid in processes {
        tree::kill(*pid, signal);
    }
}

fn stands_still(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')))
}
