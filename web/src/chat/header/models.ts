/** Names of its newest models as Claude Code lists them: the Core takes no other short ones. */
export const MODELS: readonly (readonly [string, string])[] = [
  ["default", "Default model"],
  ["opus[1m]", "Opus"],
  ["sonnet", "Sonnet"],
  ["haiku", "Haiku"],
];

/** What to choose from where this one is in use: it is among them. */
export function choices(model: string, name: string): typeof MODELS {
  return MODELS.some(([it]) => it === model) ? MODELS : [...MODELS, [model, name]];
}

export const LONGEST = 128;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._[\]-]*$/;

/** What is wrong with a model's name. Undefined: the Core may look whether Claude Code knows it. */
export function modelFault(name: string): string | undefined {
  if (name === "") return "Say which model it is.";
  return name.length <= LONGEST && NAME.test(name)
    ? undefined
    : `Letters, digits and . _ - [ ], at most ${LONGEST} of them; it begins with a letter or digit.`;
}
