/** So often where nothing is drawn: a page that is not in view still has to notice that a turn ended. */
const UNSEEN = 250;

/** Runs it before the next frame is drawn. Returns what takes it back. */
export function nextFrame(run: () => void): () => void {
  if (document.visibilityState === "hidden") {
    const timer = setTimeout(run, UNSEEN);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(done);
  // Whoever leaves the page in this very moment gets no frame.
  const timer = setTimeout(done, UNSEEN * 2);
  const stop = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  function done() {
    stop();
    run();
  }
  return stop;
}
