/**
 * Either side may say that it has no more to say, and still hears what the other one has.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { call, sayingAndReading } from "../support/calls.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { TLS12 } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { nextConnection, serverByWire } from "../support/tls-servers.ts";
import { RECORD } from "../support/wire.ts";
import { words } from "../support/words.ts";
import { Tls13Server } from "../tls13/peer/server.ts";

const authority = Authority.root();
const credentials = authority.issue();
const lateReply = ["sh", "-c", 'request=$(cat); sleep 0.3; echo "late reply to $request"'];

it.each(["", "-s", "-S -s"])(
  "with %j, a program that has said all still gets the late reply",
  async (line) => {
    const listener = await serve({ credentials, prog: lateReply });
    const settings = { port: listener.port, authority, options: words(line) };
    const client = await call({ ...settings, prog: sayingAndReading("a question") });
    expect(await client.ended).toMatchObject({
      stdout: "late reply to a question\n",
      stderr: "",
      code: 0,
    });
  },
);

it("a program that goes on writing after the server's EOF is heard", async () => {
  const heard = scratchFile("heard");
  const listener = await serve({
    credentials,
    prog: ["sh", "-c", `echo farewell; exec >&-; cat >${heard}`],
  });
  const prog = ["sh", "-c", "cat <&6; echo 'one thing more' >&7"];
  const client = await call({ port: listener.port, authority, prog });
  expect(await client.ended).toMatchObject({ stdout: "farewell\n", stderr: "", code: 0 });
  await (await listener.tunnel()).ended;
  expect(readFileSync(heard, "utf8")).toBe("one thing more\n");
});

it("a program with one descriptor for both directions can half-close it", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const script = `
    const { Socket } = require("node:net");
    const socket = new Socket({ fd: 6, allowHalfOpen: true });
    socket.end("a question");
    socket.pipe(process.stdout);
  `;
  const options = ["-7", "6"];
  const prog = [process.execPath, "-e", script];
  const settings = { port: listener.port, authority, options, descriptors: [6], prog };
  const client = await call(settings);
  expect(await client.ended).toMatchObject({ stdout: "late reply to a question\n", stderr: "" });
});

const GOODBYE = ["sh", "-c", "printf goodbye >&7; exec 7>&-; cat <&6"];

it("with -s, the program's EOF is a FIN and no close_notify", async () => {
  const { port, connection } = await serverByWire(credentials);
  const client = await call({ port, authority, options: ["-s"], prog: GOODBYE });
  const { server, wire } = await connection;
  const fin = new Promise((resolve) => wire.once("end", resolve));
  server.resume();
  await fin;
  expect(wire.received.at(-1)?.type).toBe(RECORD.applicationData);
  wire.fin();
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it.each(["-S", "--close-notify", "-s -S"])(
  "with %j in TLS 1.2, the program's EOF is a close_notify, and the end",
  async (line) => {
    const { port, connection } = await serverByWire(credentials, TLS12);
    const client = await call({ port, authority, options: words(line), prog: GOODBYE });
    const { server, wire } = await connection;
    expect((await everything(server)).toString()).toBe("goodbye");
    expect(wire.received.at(-1)?.type).toBe(RECORD.alert);
    server.end();
    expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
  },
);

it.each(["-S", "--close-notify", "-s -S"])(
  "with %j in TLS 1.3, the program's EOF is a close_notify, and the late reply is heard",
  async (line) => {
    const { port, socket } = await nextConnection();
    const client = await call({ port, authority, options: words(line), prog: GOODBYE });
    const certificates = [derCertificate(credentials.certFile)];
    const server = new Tls13Server(await socket, { certificates, key: credentials.key });
    await server.establish();
    expect((await server.receive(7)).toString()).toBe("goodbye");
    expect(await server.lastWords()).toEqual([{ level: 1, description: 0, sealed: true }]);
    server.send("late reply");
    server.close();
    expect(await client.ended).toMatchObject({ stdout: "late reply", stderr: "", code: 0 });
  },
);
