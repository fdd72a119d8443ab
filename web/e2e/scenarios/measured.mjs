/** What the client costs whoever uses it. Each figure goes to the rig, which prints it. */
import { counted, countFrames } from "../frames.mjs";
import { logIn } from "../people.mjs";

const STARTS = 9;
const MIB = 1024 * 1024;

export default async function (stage) {
  await ready(stage);
  await streamed(stage);
  await terminal(stage);
  await heap(stage);
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** A browser that has never been here, but for its login. */
async function ready({ person, ask, password }) {
  const page = await person();
  await logIn(page, "ada", password);
  const login = await page.context().storageState();
  const [core] = (await (await page.request.get("/api/v1/cores")).json()).items;
  const [times, plain] = [[], []];
  const scripts = new Set();
  for (let start = 0; start < STARTS; start += 1) {
    const fresh = await person({ storageState: login });
    plain.push(await timed(() => fresh.goto("/livez")));
    await fresh.context().close();
    const cold = await person({ storageState: login });
    const load = (request) => request.resourceType() === "script" && scripts.add(request.url());
    cold.on("request", load);
    times.push(
      await timed(async () => {
        await cold.goto("/", { waitUntil: "commit" });
        await cold.getByRole("main").getByRole("link", { name: core.name, exact: true }).waitFor();
      }),
    );
    // What is fetched ahead for later is not waited for.
    cold.off("request", load);
    await cold.context().close();
  }
  const sizes = { gzip: 0, br: 0 };
  for (const url of scripts) {
    for (const coding of Object.keys(sizes)) {
      const answer = await page.context().request.get(url, { headers: { "accept-encoding": coding } });
      const { "content-encoding": coded, "content-length": length } = answer.headers();
      // What would not become shorter comes as it is.
      const plain = coded === undefined && Number(length) < 1024;
      if (coded !== coding && !plain) throw new Error(`${url} is not there as ${coding}`);
      sizes[coding] += Number(length);
    }
  }
  await ask("figure", {
    name: "web_initial_js_kib_gzip",
    value: sizes.gzip / 1024,
    detail: `${scripts.size} scripts until the first page is there with its Cores; as brotli, which browsers get, ${(sizes.br / 1024).toFixed(0)} KiB`,
  });
  await ask("figure", {
    name: "web_ready_ms",
    value: median(times),
    detail: `p50 of ${STARTS} browsers without a cache, from the address to the first page with its Cores; ${median(plain).toFixed(0)} ms for a page of one word`,
  });
  await page.context().close();
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Ten thousand words, as they come. */
async function streamed({ person, ask, password, told }) {
  const page = await person();
  await logIn(page, "ada", password);
  await page.goto(told.streamed);
  const conversation = page.getByLabel("Conversation");
  await conversation.getByText("You said: hello").waitFor();
  await countFrames(page);
  await page.waitForTimeout(5_000);
  const idle = await counted(page);
  const answer = { say: { thinking: "", numbered: 10_000, pace: { every: 1 } } };
  await page.getByLabel("Message", { exact: true }).fill(`vendor:${JSON.stringify(answer)}`);
  await page.keyboard.press("Enter");
  await conversation.getByText(/\b1 2 3\b/).waitFor();
  await countFrames(page);
  const took = await timed(() => conversation.getByText("9999 10000").waitFor({ timeout: 120_000 }));
  const frames = await counted(page);
  await ask("figure", {
    name: "web_stream_10k_tokens_dropped_frames",
    value: frames.dropped,
    detail: `${frames.drawn} drawn in ${(took / 1000).toFixed(1)} s, the longest time without one ${frames.longest.toFixed(0)} ms; the page at rest dropped ${idle.dropped} of ${idle.drawn} in 5 s`,
  });
  await page.context().close();
}

/** 10 MiB of text through a terminal, while the page is asked for a frame each time. */
async function terminal({ person, ask, password }) {
  const page = await person();
  await logIn(page, "ada", password);
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await page.getByRole("button", { name: "New terminal" }).first().click();
  const screen = page.locator(".xterm-rows:visible");
  await screen
    .getByText(/[$#] *$/)
    .first()
    .waitFor();
  const types = async (text) => {
    await page.locator(".xterm:visible").click();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  };
  const command = `yes 'The quick brown fox jumps over the lazy dog, again.' | head -c ${10 * MIB} > text; echo made-$((40+2))`;
  await types(command);
  await screen.getByText("made-42").waitFor();
  await countFrames(page);
  const took = await timed(async () => {
    await types("cat text; echo shown-$((40+2))");
    await screen.getByText("shown-42").waitFor({ timeout: 120_000 });
  });
  const frames = await counted(page);
  await ask("figure", {
    name: "web_terminal_10mib_s",
    value: took / 1000,
    detail: `from the first key of the command to its last line; the longest time without a frame ${frames.longest.toFixed(0)} ms, ${frames.dropped} dropped of ${frames.drawn + frames.dropped}`,
  });
  await page.context().close();
}

/** A long history, read from its end to its beginning. */
async function heap({ person, ask, password, told }) {
  const page = await person();
  await logIn(page, "ada", password);
  const before = await used(page);
  await page.goto(told.long);
  // Up to what markdown makes something else of.
  const [first, last] = [told.first, told.last].map((text) => `You said: ${text.split("`")[0].trim()}`);
  const conversation = page.getByLabel("Conversation");
  await conversation.getByText(last).waitFor();
  const atEnd = await used(page);
  await conversation.hover();
  for (let turn = 0; turn < 400; turn += 1) {
    await page.mouse.wheel(0, -4_000);
    if (await conversation.getByText(first).first().isVisible()) break;
  }
  await conversation.getByText(first).first().waitFor();
  const atBeginning = await used(page);
  await ask("figure", {
    name: "web_heap_2000_messages_mib",
    value: Math.max(atEnd.heap, atBeginning.heap),
    detail: `JavaScript's heap after a collection; ${atEnd.heap.toFixed(1)} MiB and ${atEnd.nodes} nodes at the end of the history, ${atBeginning.heap.toFixed(1)} and ${atBeginning.nodes} after it was read to its beginning; ${before.heap.toFixed(1)} on the home page`,
  });
  await page.context().close();
}

async function used(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  await session.detach();
  return { heap: usedSize / MIB, nodes };
}
