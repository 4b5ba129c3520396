/**
 * Descriptors that s6-tlsd was started with are the program's too, as after an exec; and
 * so is standard error.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("the program writes to descriptors 2, 3 and 4", async () => {
  const prog = ["sh", "-c", "echo two >&2; echo three >&3; echo four >&4"];
  const listener = await serve({ credentials, prog, pipes: 2 });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const outputs = [3, 4].map((fd) => everything(tunnel.descriptor(fd)).then(String));
  expect((await everything(client)).length).toBe(0);
  expect(await Promise.all(outputs)).toEqual(["three\n", "four\n"]);
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "two\n" });
});
