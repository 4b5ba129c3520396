/**
 * The reader of the cleartext may take its time: all of it arrives, even when the server has long
 * hung up.
 */

import { describe, expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY } from "../support/privileges.ts";
import { run } from "../support/processes.ts";
import { program, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
/** More than a pipe holds, and less than we do. */
const SIZE = 150_000;
const prog = ["head", "-c", `${SIZE}`, "/dev/zero"];

it("s6-tlsc-io into a pipe", async () => {
  const { port } = await serve({ credentials, prog });
  const script = `
    exec 6<>/dev/tcp/127.0.0.1/${port} 7>&6
    ${program("s6-tlsc-io")} -k server.test 6 7 </etc/passwd | (sleep 1; wc -c)
  `;
  const environment = { CAFILE: authority.certFile };
  const { stdout, stderr } = await run(["bash", "--norc", "-c", script], { environment });
  expect({ stdout, stderr }).toEqual({ stdout: `${SIZE}\n`, stderr: "" });
});

describe.each([
  ["s6-tlsc", {}],
  ["s6-tlsc with TLS_UID", AS_NOBODY],
])("%s", NEEDS_ROOT, (_, environment) => {
  it("with a program that is slow", async () => {
    const { port } = await serve({ credentials, prog });
    const slow = ["sh", "-c", "exec 7>&-; sleep 1; wc -c <&6"];
    const client = await call({ port, authority, environment, prog: slow });
    expect(await client.ended).toMatchObject({ stdout: `${SIZE}\n`, stderr: "", code: 0 });
  });
});
