const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** "1.5 GiB": how every size is said, in the units of the configuration. */
export function bytes(number: number): string {
  let value = number;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const shown = unit > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
  if (number === 1) return "1 byte";
  return `${shown} ${UNITS[unit]}`;
}
