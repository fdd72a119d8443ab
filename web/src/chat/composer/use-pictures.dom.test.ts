import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Drafts } from "./drafts";
import { usePictures } from "./use-pictures";

afterEach(cleanup);

const files = (count: number, type = "image/png") =>
  Array.from({ length: count }, (_, at) => new File(["x"], `${at}.png`, { type }));

let sessions = 0;
function writing() {
  sessions += 1;
  const session = `p${sessions}`;
  const { result } = renderHook(() => usePictures("c", session));
  return { pictures: () => result.current, draft: Drafts.of("c", session) };
}

test("while a picture is read that is said, and then it is there", async () => {
  const { pictures, draft } = writing();
  let added = Promise.resolve();
  act(() => {
    added = pictures().add(files(1));
  });
  expect([pictures().reading, draft.current().pictures.length]).toEqual([true, 0]);
  await act(() => added);
  expect([pictures().reading, draft.current().pictures.length]).toEqual([false, 1]);
});

test("two that are added at once have room for as many as one", async () => {
  const { pictures, draft } = writing();
  await act(async () => {
    await Promise.all([pictures().add(files(5)), pictures().add(files(5))]);
  });
  expect(draft.current().pictures).toHaveLength(8);
  expect(pictures().refused).toHaveLength(2);
  expect(pictures().reading).toBe(false);
});

test("what is said of those that were not taken is said of the last ones", async () => {
  const { pictures } = writing();
  await act(() => pictures().add(files(1, "text/plain")));
  expect(pictures().refused).toHaveLength(1);
  await act(() => pictures().add(files(1)));
  expect(pictures().refused).toEqual([]);
});
