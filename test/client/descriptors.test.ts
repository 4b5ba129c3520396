/**
 * The connection is on 6 and 7, or where -6 and -7 say, and there prog finds the cleartext. Its
 * standard input, output and error are not touched.
 */
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";
import { reversingServer } from "../support/tls-servers.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** A shell that knows descriptors above 9, and takes no socket for a remote user. */
const BASH = ["bash", "--norc"];

it.each([
  ["", 6, 7],
  ["-6 8 -7 9", 8, 9],
  ["-6 3", 3, 7],
  ["--write-fd=4", 6, 4],
  ["--read-fd 7 --write-fd 6", 7, 6],
  ["-6 0 -7 1", 0, 1],
  ["-6 6 -7 6", 6, 6],
  ["-6 20 -7 33", 20, 33],
])("with %j, prog reads from %i and writes to %i", async (line, readFd, writeFd) => {
  const { port } = await reversingServer(credentials);
  const prog = [...BASH, "-c", `echo regit >&${writeFd}; head -n 1 <&${readFd} >&2`];
  const options = words(line);
  const client = await call({ port, authority, descriptors: [readFd, writeFd], options, prog });
  expect(await client.ended).toMatchObject({ stderr: "tiger\n", code: 0 });
});

it("prog's standard input, output and error are those of s6-tlsc", async () => {
  const { port } = await reversingServer(credentials);
  const prog = ["sh", "-c", 'read line; echo "heard $line"; echo aside >&2'];
  const client = await call({ port, authority, prog });
  client.child.stdin?.write("the input\n");
  expect(await client.ended).toMatchObject({
    stdout: "heard the input\n",
    stderr: "aside\n",
    code: 0,
  });
});

it("descriptors besides the connection's are passed on", async () => {
  const { port } = await reversingServer(credentials);
  const client = await call({ port, authority, pipe: 3, prog: ["sh", "-c", "echo here >&3"] });
  const heard = await new Promise((resolve) => client.descriptor(3).once("data", resolve));
  expect(`${heard}`).toBe("here\n");
});

const file = scratchFile("file", "");

it.each([
  ["s6-tlsc", 6, `${program("s6-tlsc")} -k server.test true 6<&- 7>${file}`],
  ["s6-tlsc", 7, `${program("s6-tlsc")} -k server.test true 6<${file} 7<&-`],
  ["s6-tlsc", 6, `${program("s6-tlsc")} -k server.test true 6<&- 7<&-`],
  ["s6-tlsc", 77, `${program("s6-tlsc")} -6 77 -k server.test true 6<${file} 7>${file}`],
  ["s6-tlsc", 77, `${program("s6-tlsc")} -7 77 -k server.test true 6<${file} 7>${file}`],
  ["s6-tlsc-io", 6, `${program("s6-tlsc-io")} -k server.test 6 7 7>${file}`],
  ["s6-tlsc-io", 7, `${program("s6-tlsc-io")} -k server.test 6 7 6<${file}`],
  ["s6-tlsc-io", 0, `${program("s6-tlsc-io")} -k server.test 6 7 6<${file} 7>${file} <&-`],
  ["s6-tlsc-io", 1, `${program("s6-tlsc-io")} -k server.test 6 7 6<${file} 7>${file} >&-`],
  ["s6-tlsc-io", 9, `${program("s6-tlsc-io")} -k server.test -d 9 6 7 6<${file} 7>${file}`],
])("%s with descriptor %i closed: 111", async (name, descriptor, command) => {
  const { code, stderr } = await run([...BASH, "-c", `exec ${command}`], {
    environment: { CAFILE: authority.certFile },
  });
  expect(stderr).toMatch(
    new RegExp(`^${name}: fatal: [^\\n]*descriptor ${descriptor}\\b[^\\n]*\\n$`),
  );
  expect(code).toBe(111);
});

it.each([["</dev/null"], [">/dev/null"], ["</dev/null >/dev/null"]])(
  "s6-tlsc-io takes the null device for cleartext: %s",
  async (redirection) => {
    const { port } = await reversingServer(credentials);
    const command = `exec 6<>/dev/tcp/127.0.0.1/${port}; exec ${program("s6-tlsc-io")} -k server.test 6 6 ${redirection}`;
    const ended = await run([...BASH, "-c", command], {
      environment: { CAFILE: authority.certFile },
      input: "regit\n",
    });
    expect(ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
  },
);

it.each([["-6", "x"], ["-6", ""], ["-7", "-1"], ["-7", "1.5"], ["-6"]])(
  "%s %s is wrong usage",
  async (...options) => {
    const { port } = await reversingServer(credentials);
    const { code, stderr } = await refusalOf({ port, authority, options });
    expect(stderr).toMatch(/^s6-tlsc: usage: [^\n]+; see s6-tlsc --help\n$/);
    expect(code).toBe(100);
  },
);
