/**
 * s6-ucspitlsc and s6-ucspitlsd agree on TLS, and what becomes of the client when they don't.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { payload, sha256 } from "../support/payload.ts";
import { type Ended, run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { mailClient, mailServer } from "../support/starttls.ts";
import { type Side, talk as talkOf } from "../support/starttls-talk.ts";

const authority = Authority.root();
const credentials = authority.issue();
const CAFILE = authority.certFile;

const WAIT = 'cat <&$SSLCTLFD; echo "read $(cat <&$SSLREADFD | wc -c)"; exit 5';

interface Client extends Partial<Side> {
  through?: string[];
  server?: string[];
  client: string[];
}

/** Both, each with what it needs. */
function talk({ through = [], server, client, options, environment }: Client): Promise<Ended> {
  return talkOf({
    through,
    server: { environment: credentialsEnvironment(credentials), ...(server && { prog: server }) },
    client: { environment: environment ?? { CAFILE }, prog: client, ...(options && { options }) },
  });
}

it("16 MiB each way at once, and each half-closes", async () => {
  const there = payload("there", 16 << 20);
  const back = payload("back", 16 << 20);
  const digest = scratchFile("digest", "");
  const serve = `exec 8<&0; cat ${scratchFile("back", back)} & sha256sum <&8 >${digest}; wait`;
  const digested = () => readFileSync(digest, "utf8") !== "";
  const inside = `exec 3>&1 1>&-; (cat ${scratchFile("there", there)} >&3) & exec 3>&-; sha256sum >&9`;
  const server = mailServer({ inside: serve });
  const ended = await talk({ server, client: mailClient({ inside }) });
  expect(ended).toMatchObject({
    code: 0,
    signal: null,
    stdout: `${sha256(back)}  -\n`,
    stderr: "",
  });
  await eventually("the server's digest", digested);
  expect(readFileSync(digest, "utf8")).toBe(`${sha256(there)}  -\n`);
});

it("a program that closes its control socket goes on in cleartext, without a CAFILE", async () => {
  const prog = 'eval "exec $SSLCTLFD>&-"; read -r greeting <&6; echo "$greeting"; exit 42';
  const ended = await talk({ environment: {}, client: ["sh", "-c", prog] });
  expect(ended).toMatchObject({ code: 42, signal: null, stdout: "220 mail.test\r\n", stderr: "" });
});

it.each([
  ["no CAFILE", {}, ["-k", SERVER_NAME], /CADIR or CAFILE/],
  ["another name", { CAFILE }, ["-k", "other.test"], /TLS error: /],
  ["half an address for a name", { CAFILE }, ["-k", "127.0.1"], /not an IP address: 127\.0\.1/],
  ["-y without a key", { CAFILE }, ["-k", SERVER_NAME, "-y"], /KEYFILE/],
])("%s: told when TLS is asked for, prog sees EOF", async (_, environment, options, reason) => {
  const client = mailClient({ letters: "Y", between: WAIT, inside: "echo never" });
  const { code, stdout, stderr } = await talk({ environment, options, client });
  expect({ code, stdout }).toEqual({ code: 5, stdout: "read 0\n" });
  expect(stderr).toMatch(/^s6-ucspitlsc: fatal: [^\n]+\n$/);
  expect(stderr).toMatch(reason);
});

it("a server that falls silent: given up after -K milliseconds", async () => {
  const server = mailServer({ letters: "''", inside: "sleep 10" });
  const options = ["-k", SERVER_NAME, "-K", "300"];
  const client = mailClient({ between: WAIT, inside: "echo never" });
  expect(await talk({ server, options, client })).toMatchObject({
    code: 5,
    stdout: "read 0\n",
    stderr: "s6-ucspitlsc: fatal: TLS error: handshake not done within 300 milliseconds\n",
  });
});

it("prog's environment has the descriptors' numbers, and not what is ours", async () => {
  const show = 'echo "$SSLCTLFD $SSLREADFD $SSLWRITEFD <$CAFILE>"';
  const client = ["sh", "-c", show];
  expect((await talk({ client })).stdout).toBe("3 4 5 <>\n");
  const options = ["-Z", "-k", SERVER_NAME];
  expect((await talk({ client, options })).stdout).toBe(`3 4 5 <${CAFILE}>\n`);
});

it("-6 and -7: the connection is on other descriptors, and prog has it there", async () => {
  const client = mailClient({ inside: "echo hello; exec 1>&-; cat >&9" });
  const moved = client.map((part) => part.replaceAll("<&6", "<&4").replaceAll(">&7", ">&4"));
  const through = ["sh", "-c", 'exec "$@" 4<&6 6<&- 7>&-', "sh"];
  const options = ["-k", SERVER_NAME, "-6", "4", "-7", "4"];
  const ended = await talk({ through, options, client: moved });
  expect(ended).toMatchObject({ code: 0, stdout: "hello\n", stderr: "" });
});

it("without -k it warns when TLS is asked for", async () => {
  const client = mailClient({ inside: "echo hello; exec 1>&-; cat >&9" });
  expect(await talk({ options: [], client })).toMatchObject({
    code: 0,
    stdout: "hello\n",
    stderr:
      "s6-ucspitlsc: warning: no server name given (-k): any certificate of a trusted CA will do\n",
  });
});

it.each([
  ["Xy", 's6-ucspitlsc: warning: unknown command on the control socket: "X"\n'],
  ["yy", "s6-ucspitlsc: warning: TLS was started already\n"],
])("%s on the control socket is told of, and TLS goes on", async (letters, stderr) => {
  const client = mailClient({ letters, inside: "echo hello; exec 1>&-; cat >&9" });
  expect(await talk({ client })).toMatchObject({ code: 0, stdout: "hello\n", stderr });
});

it("descriptors 6 and 7 that are not open: 111", async () => {
  const { code, stdout, stderr } = await run([program("s6-ucspitlsc"), "-k", "a.test", "true"]);
  expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  expect(stderr).toBe("s6-ucspitlsc: fatal: unable to use descriptor 6: Bad file descriptor\n");
});

it.each(["s6-ucspitlsc", "s6-ucspitlsd"])("%s without a program: 100", async (name) => {
  const { code, stdout, stderr } = await run([program(name)]);
  expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^${name}: usage: prog is missing; see ${name} --help\\n$`));
});
