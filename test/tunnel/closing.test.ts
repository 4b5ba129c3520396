import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { TruncationError } from "../../src/tunnel/closing.ts";
import { Scene } from "./scene.ts";

/** What becomes of an EOF, a close_notify and a failure on either side. */

async function open(...play: ConstructorParameters<typeof Scene>): Promise<Scene> {
  const scene = new Scene(...play);
  await once(scene.client, "secureConnect");
  await tick();
  return scene;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

/** Hangs up below TLS: no close_notify. */
function cut(scene: Scene): void {
  scene.wire.end();
}

describe("an EOF from the peer", () => {
  test("during the handshake is an error", async () => {
    const scene = new Scene();
    cut(scene);
    const failure = await scene.over;
    expect(failure).toBeInstanceOf(TruncationError);
    expect(failure?.message).toBe("EOF during the handshake");
  });

  test("without close_notify is the program's EOF, and a late reply is still sent", async () => {
    const scene = await open();
    scene.program.resume();
    cut(scene);
    await once(scene.program, "end");
    scene.program.end("late");
    expect(await scene.over).toBeNull();
    expect(scene.tunnel.count.toRemote).toBe(4);
  });

  test("without close_notify is an error when close_notify is enforced", async () => {
    const scene = await open({ enforceCloseNotify: true });
    cut(scene);
    expect((await scene.over)?.message).toBe("EOF without close_notify");
    expect(scene.local?.arrivalsStopped).toBe(true);
  });

  test("inside a record is an error, enforced or not", async () => {
    const scene = await open();
    scene.wire.write(Buffer.from([23, 3, 3, 0, 100, 1, 2, 3]));
    cut(scene);
    expect((await scene.over)?.message).toBe("EOF inside a record");
    expect(scene.isWiped).toBe(true);
  });
});

describe("a close_notify from the peer", () => {
  test("is the program's EOF, and is answered after the late reply", async () => {
    const scene = await open({ enforceCloseNotify: true });
    scene.program.resume();
    scene.client.resume();
    scene.client.end();
    await once(scene.program, "end");
    await tick();
    expect(scene.timesOver).toBe(0);
    const reply = once(scene.client, "data");
    scene.program.end("late");
    expect(String((await reply)[0])).toBe("late");
    expect(await scene.over).toBeNull();
  });
});

describe("an EOF from the program", () => {
  test("is a half-close: the tunnel waits for the client's own end", async () => {
    const scene = await open();
    scene.program.resume();
    scene.program.end("bye");
    await tick();
    expect(scene.timesOver).toBe(0);
    expect(scene.lingered).toBe(false);
    cut(scene);
    expect(await scene.over).toBeNull();
  });

  test("is close_notify and the end when the program wants it so", async () => {
    const scene = await open({ closeNotify: true });
    scene.client.resume();
    const ended = once(scene.client, "end");
    scene.program.end("bye");
    await ended;
    expect(await scene.over).toBeNull();
  });
});

describe("a side that takes no more", () => {
  test("when the network does not, the program's output is stopped", async () => {
    const scene = await open();
    scene.remote.breakOff();
    await tick();
    expect(scene.local?.arrivalsStopped).toBe(true);
    cut(scene);
    expect(await scene.over).toBeNull();
  });

  test("when the program does not, the client's data is read and dropped", async () => {
    const scene = await open();
    scene.local?.breakOff();
    const sent = new Promise((resolve) => scene.client.write(Buffer.alloc(1 << 20), resolve));
    await sent;
    await tick();
    expect(scene.remote.taken).toBeGreaterThan(1 << 20);
    scene.client.resume();
    scene.program.end("the reply");
    cut(scene);
    expect(await scene.over).toBeNull();
  });
});

describe("a failure", () => {
  test("of the network ends the tunnel with that failure", async () => {
    const scene = await open();
    const failure = new Error("reset");
    scene.remote.reset(failure);
    expect(await scene.over).toBe(failure);
    expect(scene.local?.arrivalsStopped).toBe(true);
    expect(scene.isWiped).toBe(true);
  });

  test("inside the sandbox ends this tunnel, once, and leaves nothing", async () => {
    const scene = await open();
    scene.corrupt();
    scene.client.write("anything");
    expect(await scene.over).toBeInstanceOf(Error);
    expect(scene.timesOver).toBe(1);
    expect(scene.isWiped).toBe(true);
  });

  test("of a record's MAC is told to the peer, who is then hung up on", async () => {
    const scene = await open();
    const error = once(scene.client, "error");
    scene.wire.write(Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]));
    expect((await error)[0]).toMatchObject({ code: "ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC" });
    expect((await scene.over)?.message).toBe(
      "record with a wrong MAC or padding; sent the alert bad_record_mac",
    );
  });
});
