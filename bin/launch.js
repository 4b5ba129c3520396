"use strict";

// Node answers SIGUSR1 by opening its inspector's port, and this process holds keys: take the
// signal over before anything else happens. Until the program has its own plans for it, it does
// what it does to any other program.
function die() {
  process.removeAllListeners("SIGUSR1");
  process.kill(process.pid, "SIGUSR1");
}
process.on("SIGUSR1", die);

const { existsSync, writeSync } = require("node:fs");
const { join } = require("node:path");

/** Runs the bundled program of that name. */
module.exports = function launch(program) {
  const bundle = join(__dirname, "..", "dist", `${program}.cjs`);
  if (!existsSync(bundle)) {
    writeSync(2, `${program}: fatal: not built yet: run make in ${join(__dirname, "..")}\n`);
    process.exit(111);
  }
  require(bundle);
};
