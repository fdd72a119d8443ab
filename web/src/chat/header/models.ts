/** Names that Claude Code takes for its newest model of each kind. */
export const MODELS: readonly (readonly [string, string])[] = [
  ["default", "Default model"],
  ["opus", "Opus"],
  ["sonnet", "Sonnet"],
  ["haiku", "Haiku"],
];
