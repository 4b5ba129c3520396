/**
 * 300 times in a row, a program answers and exits just as the client half-closes. Not one reply is
 * lost.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const TIMES = 300;
const AT_ONCE = 3;

const authority = Authority.root();
const credentials = authority.issue();

it(`all of ${TIMES} replies arrive`, { timeout: 120_000 }, async () => {
  const prog = ["sh", "-c", 'read -r number; echo "reply $number"'];
  const listener = await serve({ credentials, prog });
  const lost: string[] = [];
  let next = 0;

  const ask = async () => {
    for (let number = next++; number < TIMES; number = next++) {
      const { client, wire } = await connectByWire({ port: listener.port, authority });
      const answer = everything(client);
      client.write(`${number}\n`, () => wire.fin());
      const reply = await answer.then(String, String);
      if (reply !== `reply ${number}\n`) lost.push(`${number}: ${reply}`);
      client.destroy();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  expect(lost).toEqual([]);

  for (let number = 0; number < TIMES; number++) {
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  }
});
