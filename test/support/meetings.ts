/** Our client and our server, each with what it was told, on one connection. */
import { type Call, call } from "./calls.ts";
import { Authority } from "./certificates.ts";
import type { Ended } from "./processes.ts";
import { type Service, serve } from "./service.ts";

export const authority = Authority.root();
export const credentials = authority.issue();

export interface Met {
  readonly client: Ended;
  readonly server: Ended;
}

/** s6-tlsd echoes, and s6-tlsc says nothing and shows what comes, unless they are told otherwise. */
export async function meet(service: Partial<Service>, asked: Partial<Call>): Promise<Met> {
  const listener = await serve({ credentials, prog: ["cat"], ...service });
  const running = await call({ port: listener.port, authority, prog: LISTEN, ...asked });
  running.child.stdin?.end();
  const client = await running.ended;
  const server = await (await listener.tunnel()).ended;
  return { client, server };
}

const LISTEN = ["sh", "-c", "exec 7>&-; cat <&6"];
