import { looking } from "../hostile/look.mjs";
import { answers } from "../hostile/walks/http.mjs";
import { shapes } from "../hostile/walks/shapes.mjs";

export default looking([answers, shapes], 80);
