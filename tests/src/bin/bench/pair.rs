//! A conversation through gateway and Core, and beside it the genuine CLI by itself, both warm.

use condrix_tests::rig::tree::Process;
use condrix_tests::rig::{Chat, Conversation, Core, GenuineCli, World};
use uuid::Uuid;

pub(super) const KEY: &str = "sk-ant-api03-bench";
/// The stand-in answers at once.
pub(super) const MESSAGE: &str = r#"say vendor:{"say":{"chunks":["one"]}}"#;

/// Says things to either in the same world.
pub(super) struct Pair {
    pub(super) through: Conversation,
    pub(super) alone: Chat,
    pub(super) world: World,
    _core: Core,
}

impl Pair {
    pub(super) async fn start() -> Self {
        let world = World::start().await;
        let core = world.core_with_key("one", KEY).await;
        let mut through = core.converse(&world.ada, "bench").await;
        through.turn(MESSAGE).await;
        let process = core.cli_processes().into_iter().next().expect("the Core has a warm CLI");
        let mut alone = alone(&world, &process);
        alone.initialize().await;
        // Both are warm before anything counts.
        for _ in 0..3 {
            alone.turn(MESSAGE).await;
            through.turn(MESSAGE).await;
        }
        Self { through, alone, world, _core: core }
    }
}

/// The CLI with the environment, arguments and requests of a Core's process, so that the way to it is what differs.
pub(super) fn alone(world: &World, process: &Process) -> Chat {
    let cli = GenuineCli::new(&world.vendor).like(process).with_api_key(KEY);
    let extra = further_arguments(process);
    cli.chat(&extra.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the Core's CLI was started with beyond the flags that every conversation of the rig has; its session is another.
fn further_arguments(process: &Process) -> Vec<String> {
    let common = process.arguments.iter().position(|argument| argument == "--strict-mcp-config");
    let mut further = process.arguments[common.expect("it has the safe flags") + 1..].to_vec();
    let session = further.iter().position(|argument| argument == "--session-id").expect("its session is new");
    further[session + 1] = Uuid::new_v4().to_string();
    further
}
