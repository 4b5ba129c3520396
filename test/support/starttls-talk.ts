/** s6-ucspitlsc behind tcpclient, with s6-ucspitlsd behind tcpserver. */
import { SERVER_NAME } from "./certificates.ts";
import { type Ended, type Running, run } from "./processes.ts";
import { program } from "./service.ts";
import { mailServer } from "./starttls.ts";
import { startTcpserver } from "./super-servers.ts";

export interface Side {
  options?: readonly string[];
  environment: Record<string, string>;
  /** The program and its arguments. */
  prog: readonly string[];
}

export interface Talk {
  /** prog echoes if it isn't given. */
  server: Omit<Side, "prog"> & { prog?: readonly string[] };
  /** `-k` with the server's name, unless there are options. */
  client: Side;
  /** What runs s6-ucspitlsc, and execs it. */
  through?: readonly string[];
}

/** How the client ended, and the server, of which more may have to be waited for. */
export interface Talked extends Ended {
  readonly server: Running;
}

export async function talk({ server, client, through = [] }: Talk): Promise<Talked> {
  const { options: serverOptions = [], prog = mailServer({ inside: "cat" }) } = server;
  const serving = [program("s6-ucspitlsd"), ...serverOptions, ...prog];
  const { port, running } = await startTcpserver(serving, server.environment);
  const { options = ["-k", SERVER_NAME], environment } = client;
  const calling = [...through, program("s6-ucspitlsc"), ...options, ...client.prog];
  const command = ["tcpclient", "-HRl0", "127.0.0.1", `${port}`, ...calling];
  return { ...(await run(command, { environment })), server: running };
}
