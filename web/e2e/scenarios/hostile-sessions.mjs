import { looking } from "../hostile/look.mjs";
import { conversation } from "../hostile/walks/conversation.mjs";

export default looking([conversation], 200);
