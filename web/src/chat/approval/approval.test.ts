import { expect, test } from "vitest";
import type { Question } from "@/api/schema";
import { type Answers, choose, complete, NONE, readAnswers, write } from "./answers";
import { editable, edited } from "./edit";
import { sessionRules } from "./rules";

test("a command is edited as text, with the rest of its input as it was", () => {
  const input = { command: "ls", timeout: 5 };
  expect(editable("Bash", input)).toEqual({ label: "Command", text: "ls" });
  expect(edited("Bash", input, "ls -a")).toEqual({ input: { command: "ls -a", timeout: 5 } });
});

test("any other input is edited as JSON, and must be an object", () => {
  expect(editable("WebFetch", { url: "x" }).text).toBe('{\n  "url": "x"\n}');
  expect(edited("WebFetch", {}, '{"url":"y"}')).toEqual({ input: { url: "y" } });
  for (const wrong of ["[1]", "7", "null", "{"]) expect(edited("WebFetch", {}, wrong)).toHaveProperty("fault");
  expect(editable("Bash", { command: 7 }).label).toBe("Input as JSON");
});

test("an allowance for the session says which rules it makes", () => {
  const rules = [{ toolName: "Bash", ruleContent: "ls:*" }, { toolName: "Read" }, { other: 1 }];
  expect(sessionRules([{ type: "setMode" }, { type: "addRules", behavior: "allow", rules }])).toEqual([
    "Bash(ls:*)",
    "Read",
  ]);
  for (const none of [null, {}, [], [{ type: "addRules", behavior: "deny", rules }]]) {
    expect(sessionRules(none)).toEqual([]);
  }
});

const question = (multi_select: boolean): Question => ({
  question: multi_select ? "Which?" : "What?",
  multi_select,
  options: [{ label: "A" }, { label: "B" }],
});

test("one option and own words take each other's place", () => {
  const one = question(false);
  const chosen = choose(one, choose(one, NONE, "A", true), "B", true);
  expect(chosen).toEqual({ chosen: ["B"], own: "" });
  expect(write(one, chosen, "C")).toEqual({ chosen: [], own: "C" });
  expect(choose(one, { chosen: [], own: "C" }, "A", true)).toEqual({ chosen: ["A"], own: "" });
});

test("several options stand beside own words", () => {
  const many = question(true);
  const given = write(many, choose(many, choose(many, NONE, "A", true), "B", true), "C");
  expect(complete([many], { 0: given })).toEqual({ "Which?": ["A", "B", "C"] });
  expect(choose(many, given, "A", false).chosen).toEqual(["B"]);
});

test("answers are complete when every question has one", () => {
  const questions = [question(false), question(true)];
  const answers: Answers = { 0: { chosen: ["A"], own: "" } };
  expect(complete(questions, answers)).toBeUndefined();
  expect(complete(questions, { ...answers, 1: { chosen: [], own: " x " } })).toEqual({ "What?": "A", "Which?": ["x"] });
});

test("answers that were kept are read again, and nonsense is none", () => {
  const answers: Answers = { 0: { chosen: ["A"], own: "b" } };
  expect(readAnswers(JSON.stringify(answers))).toEqual(answers);
  for (const nonsense of ["", "[]", '{"0":7}', "{"]) expect(readAnswers(nonsense)).toEqual({});
});
