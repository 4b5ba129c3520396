/**
 * -d and -D: what s6-tlsclient tells its connection, as the algorithm can't be seen on the loopback:
 * a spy is in the place of Node's own method.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { runClient } from "../support/tls-client-program.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue({ name: "localhost" });

const SPY = `
  const { prototype } = require("node:net").Socket;
  prototype.setNoDelay = function (on) {
    process.stderr.write("no delay: " + on + "\\n");
    return this;
  };
`;

it("small records leave at once, unless -d has the last word", async () => {
  const { port } = await startServer({ authority, credentials, prog: ["cat"] });
  const environment = { NODE_OPTIONS: `--require=${scratchFile("spy.cjs", SPY)}` };
  const prog = ["env", "-u", "NODE_OPTIONS", "true"];
  for (const [line, isQuick] of [
    ["", true],
    ["-d", false],
    ["-d -D", true],
  ] as const) {
    const call = { authority, host: "localhost", port, options: words(line), environment, prog };
    expect(await runClient(call)).toMatchObject({ code: 0, stderr: `no delay: ${isQuick}\n` });
  }
});
