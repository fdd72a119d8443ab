import { looking } from "../hostile/look.mjs";
import { terminals } from "../hostile/walks/terminal.mjs";

export default looking([terminals], 100);
