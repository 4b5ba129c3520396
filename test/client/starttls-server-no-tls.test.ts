/**
 * A program that closes its control socket before any letter gets no TLS: the connection stays its
 * own, nothing of ours reads from it, and we end as it ends.
 */
import { expect, it } from "vitest";
import { connectRaw, receiveUntil } from "../support/clients.ts";
import { sha256 } from "../support/payload.ts";
import { serve } from "../support/service.ts";
import { exchangeRaw } from "../support/starttls.ts";

const program = "s6-ucspitlsd";
const missing = { keyFile: "/nonexistent/key", certFile: "/nonexistent/certificate" };

it("it talks on in cleartext, and its exit code is ours", async () => {
  const prog = ["sh", "-c", 'eval "exec $SSLCTLFD>&-"; sleep 0.1; cat; exit 42'];
  const listener = await serve({ program, credentials: missing, prog });
  expect(await exchangeRaw(listener.port, "all in the clear\n")).toBe("all in the clear\n");
  const { ended } = await listener.tunnel();
  expect(await ended).toEqual({ code: 42, signal: null, stdout: "", stderr: "" });
});

it("every byte that comes before the letter is the program's, for as long as it likes", async () => {
  const listener = await serve({ program, credentials: missing, prog: ["sha256sum"] });
  const bytes = "x".repeat(1 << 20);
  expect(await exchangeRaw(listener.port, bytes)).toBe(`${sha256(Buffer.from(bytes))}  -\n`);
  expect((await (await listener.tunnel()).ended).stderr).toBe("");
});

it.each([0, 1, 98])("a program that just ends: exit code %i", async (status) => {
  const listener = await serve({
    program,
    credentials: missing,
    prog: ["sh", "-c", `exit ${status}`],
  });
  await exchangeRaw(listener.port, "");
  const { ended } = await listener.tunnel();
  expect(await ended).toEqual({ code: status, signal: null, stdout: "", stderr: "" });
});

const signals: NodeJS.Signals[] = ["SIGTERM", "SIGKILL", "SIGUSR1", "SIGPIPE"];

it.each(signals)("a program that is killed by %s", async (signal) => {
  const prog = ["sh", "-c", `ulimit -c 0; kill -${signal.slice(3)} $$`];
  const listener = await serve({ program, credentials: missing, prog });
  await exchangeRaw(listener.port, "");
  const { ended } = await listener.tunnel();
  expect(await ended).toEqual({ code: null, signal, stdout: "", stderr: "" });
});

it("no program: TLS is not started, and no file is read", async () => {
  const prog = ["/nonexistent/prog"];
  const listener = await serve({ program, credentials: missing, prog });
  await exchangeRaw(listener.port, "");
  const { ended } = await listener.tunnel();
  expect(await ended).toMatchObject({
    code: 127,
    stderr: "s6-ucspitlsd: fatal: unable to run /nonexistent/prog: No such file or directory\n",
  });
});

it("a file that is not a program: 126", async () => {
  const listener = await serve({ program, credentials: missing, prog: ["/etc/passwd"] });
  await exchangeRaw(listener.port, "");
  const { ended } = await listener.tunnel();
  expect(await ended).toMatchObject({
    code: 126,
    stderr: "s6-ucspitlsd: fatal: unable to run /etc/passwd: Permission denied\n",
  });
});

it.each(["SIGTERM", "SIGUSR1"] as const)("%s is passed on while it waits", async (signal) => {
  const trap = `trap 'echo caught; exit 7' ${signal.slice(3)}`;
  const prog = ["sh", "-c", `${trap}; echo ready; while :; do sleep 0.05; done`];
  const listener = await serve({ program, credentials: missing, prog });
  const socket = await connectRaw(listener.port);
  await receiveUntil(socket, "ready\n");
  const running = await listener.tunnel();
  running.signal(signal);
  await receiveUntil(socket, "caught\n");
  expect(await running.ended).toMatchObject({ code: 7, stderr: "" });
});
