/** Counts the frames that a page does not draw in time, while something goes on in it. */

const FRAME = 1000 / 60;

/** Begins to count; the page draws whatever it has to meanwhile. */
export function countFrames(page) {
  return page.evaluate((frame) => {
    const count = { drawn: 0, dropped: 0, longest: 0, ended: false };
    window.frames_counted = count;
    let last = performance.now();
    const next = (now) => {
      const gap = now - last;
      last = now;
      count.drawn += 1;
      count.dropped += Math.max(0, Math.round(gap / frame) - 1);
      count.longest = Math.max(count.longest, gap);
      if (!count.ended) requestAnimationFrame(next);
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(next);
    });
  }, FRAME);
}

/** What was counted: frames drawn and dropped, and the longest time without one in ms. */
export function counted(page) {
  return page.evaluate(() => {
    window.frames_counted.ended = true;
    return window.frames_counted;
  });
}
