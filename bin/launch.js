"use strict";

// Node answers SIGUSR1 by opening its inspector's port, and this process holds keys: take the
// signal over before anything else happens. Until the program has its own plans for it, it does
// what it does to any other program.
function die() {
  process.removeAllListeners("SIGUSR1");
  process.kill(process.pid, "SIGUSR1");
}
process.on("SIGUSR1", die);

const OLDEST_NODE = 20;
const EXIT_SYSTEM = 111;

/** Runs the bundled program of that name. */
module.exports = function launch(program) {
  // An old Node has to read this file, and to get here: it knows no "node:fs", and no newer syntax.
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    giveUp(program, `Node ${OLDEST_NODE} or newer is needed, and this is ${process.version}`);
  }
  const fs = require("node:fs");
  const path = require("node:path");
  const root = path.join(__dirname, "..");
  const bundle = path.join(root, "dist", `${program}.cjs`);
  if (!fs.existsSync(bundle)) giveUp(program, `not built yet: run make in ${root}`);
  require(bundle);
};

function giveUp(program, why) {
  console.error(`${program}: fatal: ${why}`);
  process.exit(EXIT_SYSTEM);
}
