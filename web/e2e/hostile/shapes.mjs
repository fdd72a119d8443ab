/** Data that is not what it should be: for each of a Core's answers, in place of all of it or of a part. */
const deep = (text, depth) => `${'{"a":['.repeat(depth)}${text}${"]}".repeat(depth)}`;

/** `list`: the name under which the answer has its list, if it has one. All are texts of JSON, or of none. */
export const SHAPES = [
  ["nothing", () => "null"],
  ["a number", () => "7"],
  ["a text", () => '"<b>evil</b>"'],
  ["a list", () => "[]"],
  ["an empty object", () => "{}"],
  ["truth", () => "true"],
  ["no JSON", () => "<!doctype html><script>canary()</script>"],
  ["half of JSON", (list) => `{"${list}":[{"id":"`],
  ["no body", () => ""],
  ["a null for the list", (list) => `{"${list}":null}`],
  ["a number for the list", (list) => `{"${list}":7}`],
  ["a text for the list", (list) => `{"${list}":"evil"}`],
  ["an object for the list", (list) => `{"${list}":{"length":3,"0":{}}}`],
  ["nulls in the list", (list) => `{"${list}":[null,null]}`],
  ["numbers in the list", (list) => `{"${list}":[1,2.5,-0,1e308]}`],
  ["lists in the list", (list) => `{"${list}":[[],[[]]]}`],
  ["empty objects in the list", (list) => `{"${list}":[{},{}]}`],
  ["every field a number", (list) => `{"${list}":[${fields("7")}]}`],
  ["every field a null", (list) => `{"${list}":[${fields("null")}]}`],
  ["every field an object", (list) => `{"${list}":[${fields('{"toString":1,"$$typeof":1}')}]}`],
  ["every field a list", (list) => `{"${list}":[${fields("[[]]")}]}`],
  ["every field a text", (list) => `{"${list}":[${fields('"evil"')}]}`],
  ["fields of all objects", (list) => `{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}},"${list}":[{"__proto__":{"evil":1}}]}`],
  ["very deep", (list) => `{"${list}":[${deep("1", 2_000)}]}`],
  ["very deep alone", () => deep("1", 2_000)],
  ["numbers beyond all numbers", () => fields("1e999")],
  ["an object of elements", () => fields('{"type":"script","props":{"children":"canary()"},"ref":null,"key":null}')],
  ["a text of a megabyte", (list) => `{"${list}":[${fields(`"${"evil".repeat(250_000)}"`, ["id", "name", "title"])}]}`],
];

const NAMES = [
  "id", "name", "title", "state", "workspace", "created_at", "updated_at", "created_by", "activity", "visibility", "cursor",
  "model", "permission_mode", "bypass", "trusted", "reason", "phase", "percent", "size", "writers", "observers", "exited",
  "recorded", "terminal", "started_at", "bytes", "live", "host", "username", "session", "event", "at", "by", "snippet",
  "method", "scopes", "limits", "account", "last_error", "used_bytes", "max_bytes", "free_bytes", "pruned_sessions",
];

function fields(value, names = NAMES) {
  return `{${names.map((name) => `"${name}":${value}`).join(",")}}`;
}

/** Each of a Core's answers that the pages below ask for, and the list in it. */
export const ASKED_FOR = (session, terminal) => [
  ["workspaces", "workspaces"],
  ["sessions", "sessions"],
  [`sessions/${session}`, "session"],
  [`sessions/${session}/approvals`, "approvals"],
  ["terminals", "terminals"],
  [`terminals/${terminal}`, "terminal"],
  ["journal", "journal"],
  ["git/credentials", "credentials"],
  ["git/author", "author"],
  ["claude", "claude"],
  ["search", "hits"],
  ["recordings", "recordings"],
];
