/** What every variant would like to do, and by what it is found out. `m` is the mark that each carries to be seen. */

/** A host that nobody may ask for anything. */
export const EVIL = "https://evil.example";
/** Tells the test that script ran. */
export const run = (m) => `canary('${m}')`;
/** Whatever a variant would have as an id, a class, a name or a style has this in it. */
export const NAME = "evil";

/** Turns of reading, what is not seen, and letters that look like others. Written as numbers, so that they are seen here. */
export const of = (...points) => String.fromCodePoint(...points);
export const RLO = of(0x202e);
export const LRO = of(0x202d);
export const RLE = of(0x202b);
export const PDF = of(0x202c);
export const LRI = of(0x2066);
export const RLI = of(0x2067);
export const FSI = of(0x2068);
export const PDI = of(0x2069);
export const RLM = of(0x200f);
export const ALM = of(0x061c);
export const ZWSP = of(0x200b);
export const BOM = of(0xfeff);
export const NUL = of(0);
export const ESC = of(0x1b);
export const BEL = of(7);
export const CSI8 = of(0x9b);
/** Three letters that are read from the right. */
export const HEBREW = of(0x5d0, 0x5d1, 0x5d2);
export const ARABIC = of(0x627, 0x628, 0x62a);
