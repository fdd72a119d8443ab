import { looking } from "../hostile/look.mjs";
import { lists } from "../hostile/walks/lists.mjs";
import { signIn } from "../hostile/walks/sign-in.mjs";

export default looking([lists, signIn], 300);
