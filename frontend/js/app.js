import { startErrors } from "./errors.js";
import { startFresh } from "./fresh.js";
import { startCount } from "./count.js";
import { startVas } from "./vas.js";
import { startIdle } from "./idle.js";
import { startUnsent } from "./unsent.js";
import { startOpened } from "./opened.js";
import { startCopy } from "./copy.js";

// Every page works without script; a comfort that breaks must not take the others with it.
for (const start of [startErrors, startFresh, startCount, startVas, startIdle, startUnsent, startOpened, startCopy]) {
  try {
    start();
  } catch (trouble) {
    console.error(trouble);
  }
}
