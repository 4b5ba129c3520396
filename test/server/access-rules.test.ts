/**
 * -i and -x: rules decide who may come in, by address or by name, and what TLS and prog get; with
 * files that Debian's s6-accessrules-cdb-from-fs makes, and a real name server.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { NEEDS_RESOLVER, startNameServer, withResolver } from "../support/name-server.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { everything } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { runServer, type Server, startServer } from "../support/server.ts";
import { publicProgram } from "../support/unprivileged-user.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
const other = authority.issue({ name: "other.test" });

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
const SHOW = ["sh", "-c", 'echo "$SHOWN ${KEYFILE-unset} ${TCPREMOTEHOST-unset}"'];

function rulesDirectory(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(scratch, "rules-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  // The access process is not root.
  execFileSync("chmod", ["-R", "a+rX", scratch]);
  return directory;
}

/** Once the rules are there: making them lets every user read all files. */
function forRootAlone(...files: string[]): void {
  for (const file of files) chmodSync(file, 0o400);
}

function cdbOf(directory: string): string {
  execFileSync("s6-accessrules-cdb-from-fs", [`${directory}.cdb`, directory]);
  execFileSync("chmod", ["a+r", `${directory}.cdb`]);
  return `${directory}.cdb`;
}

async function answerTo(server: Server, localAddress: string): Promise<string> {
  const client = await connect(server, { localAddress } as object);
  return `${await everything(client)}`;
}

async function isRefused(server: Server, localAddress: string): Promise<boolean> {
  const socket = await connectRaw(server.port, localAddress);
  socket.on("error", () => {});
  const over = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
  socket.resume();
  await within(10_000, "the end of the connection", over);
  return socket.bytesRead === 0;
}

/** The name in the certificate that a client from there is shown. */
async function nameFor(server: Server, localAddress: string): Promise<string | undefined> {
  const client = await connect(server, {
    localAddress,
    checkServerIdentity: () => undefined,
  } as object);
  client.on("error", () => {});
  const { subjectaltname } = client.getPeerCertificate();
  client.destroy();
  return subjectaltname;
}

describe.each([
  ["-i", (directory: string) => directory],
  ["-x", cdbOf],
])("%s", (option, made) => {
  const serverWith = (files: Record<string, string>, ...options: string[]) =>
    startServer({
      ...{ authority, credentials, prog: SHOW },
      options: ["-H", ...options, option, made(rulesDirectory(files))],
    });

  it("lets in by the narrowest network that has a rule, and refuses the others", async () => {
    const server = await serverWith(
      { "ip4/127.0.0.0_8/allow": "", "ip4/127.0.0.2_32/deny": "" },
      "-v2",
    );
    expect(await answerTo(server, "127.0.0.3")).toBe(" unset unset\n");
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    await server.logged(/ from 127\.0\.0\.2:[0-9]+ is refused: a rule denies its address/);
  });

  it("refuses an address without a rule where names are not looked up", async () => {
    const server = await serverWith({ "ip4/127.0.0.1_32/allow": "" }, "-v2");
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    await server.logged("no rule allows its address");
  });

  it("without -v2, a refused client is no line in the log", async () => {
    const server = await serverWith({ "ip4/127.0.0.0_8/deny": "" });
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    expect(server.saying("refused")).toEqual([]);
  });

  it("a rule's environment changes prog's, and with its exec another program runs", async () => {
    const server = await serverWith({
      "ip4/127.0.0.1_32/allow": "",
      "ip4/127.0.0.1_32/env/SHOWN": "for one",
      "ip4/127.0.0.2_32/allow": "",
      "ip4/127.0.0.2_32/exec": "echo in its place",
    });
    expect(await answerTo(server, "127.0.0.1")).toBe("for one unset unset\n");
    expect(await answerTo(server, "127.0.0.2")).toBe("in its place\n");
  });

  it("a rule's KEYFILE and CERTFILE are the server's for that client", async () => {
    const server = await serverWith({
      "ip4/127.0.0.1_32/allow": "",
      "ip4/127.0.0.2_32/allow": "",
      "ip4/127.0.0.2_32/env/KEYFILE": other.keyFile,
      "ip4/127.0.0.2_32/env/CERTFILE": other.certFile,
    });
    expect(await nameFor(server, "127.0.0.1")).toBe("DNS:server.test");
    expect(await nameFor(server, "127.0.0.2")).toBe("DNS:other.test");
    expect(await nameFor(server, "127.0.0.2")).toBe("DNS:other.test");
  });

  it("a refused client's slot is free again", async () => {
    const files = { "ip4/127.0.0.1_32/allow": "", "ip4/127.0.0.2_32/deny": "" };
    const server = await serverWith(files, "-c", "1");
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    expect(await answerTo(server, "127.0.0.1")).toBe(" unset unset\n");
  });

  it("a rule's KEYFILE and CERTFILE are read again after USR2", async () => {
    const [KEYFILE, CERTFILE] = [scratchFile("rule.key"), scratchFile("rule.crt")];
    const place = ({ keyFile, certFile }: { keyFile: string; certFile: string }) => {
      copyFileSync(keyFile, KEYFILE);
      copyFileSync(certFile, CERTFILE);
    };
    place(other);
    const files = {
      "ip4/127.0.0.2_32/allow": "",
      "ip4/127.0.0.2_32/env/KEYFILE": KEYFILE,
      "ip4/127.0.0.2_32/env/CERTFILE": CERTFILE,
    };
    const server = await serverWith(files, "-v");
    expect(await nameFor(server, "127.0.0.2")).toBe("DNS:other.test");
    place(authority.issue({ name: "third.test" }));
    server.signal("SIGUSR2");
    await server.logged("read all keys and certificates again");
    expect(await nameFor(server, "127.0.0.2")).toBe("DNS:third.test");
  });

  it("files that a rule names and that can't be read end that connection, and no other", async () => {
    const server = await serverWith({
      "ip4/127.0.0.1_32/allow": "",
      "ip4/127.0.0.2_32/allow": "",
      "ip4/127.0.0.2_32/env/KEYFILE": "/nonexistent/key",
    });
    expect(await isRefused(server, "127.0.0.2")).toBe(true);
    await server.logged("/nonexistent/key");
    expect(await answerTo(server, "127.0.0.1")).toBe(" unset unset\n");
  });

  it.each([["-u 65534 -g 65534"], ["-u 33 -g 33", { TLS_UID: "65534", TLS_GID: "65534" }]])(
    "%s: a rule's key that root alone can read serves, at first and after USR2",
    NEEDS_ROOT,
    async (line, environment: Record<string, string> = {}) => {
      const key = authority.issue({ name: "root.test" });
      const own = authority.issue();
      const rules = rulesDirectory({
        "ip4/127.0.0.1_32/allow": "",
        "ip4/127.0.0.2_32/allow": "",
        "ip4/127.0.0.2_32/env/KEYFILE": key.keyFile,
        "ip4/127.0.0.2_32/env/CERTFILE": key.certFile,
        "ip4/127.0.0.3_32/allow": "",
        "ip4/127.0.0.3_32/env/KEYFILE": "/nonexistent/key",
      });
      forRootAlone(key.keyFile, own.keyFile);
      const server = await startServer({
        ...{ authority, credentials: own, executable: publicProgram("s6-tlsserver"), prog: SHOW },
        options: ["-H", "-v", ...words(line), option, made(rules)],
        environment,
      });
      const names = async () =>
        Promise.all(["127.0.0.1", "127.0.0.2", "127.0.0.2"].map((one) => nameFor(server, one)));
      const expected = ["DNS:server.test", "DNS:root.test", "DNS:root.test"];
      expect(await names()).toEqual(expected);
      expect(await isRefused(server, "127.0.0.3")).toBe(true);
      await server.logged("/nonexistent/key");
      server.signal("SIGUSR2");
      await server.logged("read all keys and certificates again");
      expect(await names()).toEqual(expected);
      expect(server.saying("replacing")).toEqual([]);
    },
  );

  it(
    "with a bad key of the server's own, a rule's files are tried once, and again at USR2",
    NEEDS_ROOT,
    async () => {
      const key = authority.issue({ name: "root.test" });
      const own = authority.issue();
      const good = readFileSync(own.keyFile);
      const rules = rulesDirectory({
        "ip4/127.0.0.1_32/allow": "",
        "ip4/127.0.0.2_32/allow": "",
        "ip4/127.0.0.2_32/env/KEYFILE": key.keyFile,
        "ip4/127.0.0.2_32/env/CERTFILE": key.certFile,
      });
      const places = made(rules);
      forRootAlone(key.keyFile, own.keyFile);
      const server = await startServer({
        ...{ authority, credentials: own, executable: publicProgram("s6-tlsserver"), prog: SHOW },
        options: ["-H", "-v", "-u", "65534", "-g", "65534", option, places],
      });
      writeFileSync(own.keyFile, "nonsense");
      for (let client = 0; client < 2; client++) {
        expect(await isRefused(server, "127.0.0.2")).toBe(true);
        expect(server.saying("unable to read a rule's credentials")).toHaveLength(1);
      }
      expect(await nameFor(server, "127.0.0.1")).toBe("DNS:server.test");
      writeFileSync(own.keyFile, good);
      server.signal("SIGUSR2");
      await server.logged("read all keys and certificates again");
      expect(await nameFor(server, "127.0.0.2")).toBe("DNS:root.test");
    },
  );

  it("TLS_UID in a rule refuses its client, and the log says why", async () => {
    const server = await serverWith({
      "ip4/127.0.0.1_32/allow": "",
      "ip4/127.0.0.1_32/env/TLS_UID": "65534",
    });
    expect(await isRefused(server, "127.0.0.1")).toBe(true);
    await server.logged("its rule sets TLS_UID, and users are the same for all clients");
  });
});

it("a rule that can't be read refuses, and is told", async () => {
  const directory = rulesDirectory({ "ip4/127.0.0.1_32/allow": "" });
  // A link that leads to itself can't be read by any process.
  execFileSync("ln", ["-s", "allow", join(directory, "ip4/127.0.0.2_32")]);
  execFileSync("ln", ["-sfn", "loop", join(directory, "ip4/loop")]);
  execFileSync("ln", ["-sfn", "loop", join(directory, "ip4/127.0.0.2_32")]);
  const server = await startServer({
    ...{ authority, credentials, prog: SHOW },
    options: ["-H", "-i", directory],
  });
  expect(await isRefused(server, "127.0.0.2")).toBe(true);
  await server.logged(/is refused: unable to read [^\n]*127\.0\.0\.2_32/);
  expect(await answerTo(server, "127.0.0.1")).toBe(" unset unset\n");
});

/** If it were passed over, a wider rule would let the client in. */
it("a rule that only root may read refuses, and is told", NEEDS_ROOT, async () => {
  const directory = rulesDirectory({
    "ip4/127.0.0.0_8/allow": "",
    "ip4/127.0.0.2_32/deny": "",
    "ip4/127.0.0.3_32/allow": "",
    "ip4/127.0.0.3_32/exec": "exec true",
  });
  chmodSync(join(directory, "ip4/127.0.0.2_32"), 0o700);
  forRootAlone(join(directory, "ip4/127.0.0.3_32/exec"));
  const server = await startServer({
    ...{ authority, credentials, prog: SHOW },
    options: ["-H", "-i", directory],
  });
  for (const [client, file] of [
    ["127.0.0.2", "127.0.0.2_32/allow"],
    ["127.0.0.3", "127.0.0.3_32/exec"],
  ] as const) {
    expect(await isRefused(server, client)).toBe(true);
    await server.logged(new RegExp(`is refused: unable to read [^\\n]*${file}: EACCES`));
  }
  expect(await answerTo(server, "127.0.0.4")).toBe(" unset unset\n");
});

it("rules that are not there: 111, and the file's name", async () => {
  const options = ["-x", "/nonexistent/rules.cdb"];
  const ended = await runServer({ credentials, options, prog: ["true"] });
  expect(ended).toMatchObject({ code: 111 });
  expect(ended.stderr).toContain("/nonexistent/rules.cdb");
});

describe("with a name server", NEEDS_RESOLVER, () => {
  it("a client without a rule for its address is let in by its name", async () => {
    const dns = await startNameServer(
      "host-record=good.homes.test,127.0.0.2",
      "host-record=bad.other.test,127.0.0.3",
    );
    const server = await startServer({
      ...{ authority, credentials, prog: SHOW },
      runner: withResolver([`nameserver ${dns.address}`]),
      options: ["-v2", "-i", rulesDirectory({ "reversedns/homes.test/allow": "" })],
    });
    expect(await answerTo(server, "127.0.0.2")).toBe(" unset good.homes.test\n");
    expect(await isRefused(server, "127.0.0.3")).toBe(true);
    expect(await isRefused(server, "127.0.0.4")).toBe(true);
    await server.logged("its name (bad.other.test)");
    await server.logged("its name (none)");
  });

  it("-p: a name that doesn't lead back is a lie, and its client is refused", async () => {
    const dns = await startNameServer(
      "host-record=good.homes.test,127.0.0.2",
      "ptr-record=3.0.0.127.in-addr.arpa,good.homes.test",
    );
    const server = await startServer({
      ...{ authority, credentials, prog: SHOW },
      runner: withResolver([`nameserver ${dns.address}`]),
      options: ["-v2", "-p"],
    });
    expect(await answerTo(server, "127.0.0.2")).toBe(" unset good.homes.test\n");
    expect(await isRefused(server, "127.0.0.3")).toBe(true);
    await server.logged("doesn't lead back to it");
  });
});
