/** Our TLS clients behind tcpclient, with our own server. */
import { Authority, SERVER_NAME } from "../../support/certificates.ts";
import { type Ended, run } from "../../support/processes.ts";
import { type Server, startServer } from "../../support/server.ts";
import { program } from "../../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** s6-tlsserver, whose clients get back what they say, or talk to another program. */
export function echo(prog: readonly string[] = ["cat"]): Promise<Server> {
  return startServer({ authority, credentials, prog });
}

export interface Call {
  port: number;
  prog: string[];
  options?: string[];
  environment?: Record<string, string>;
  input?: string;
}

/** s6-tlsc and prog. */
export function behindTlsc({ prog, ...call }: Call): Promise<Ended> {
  return behindTcpclient("s6-tlsc", { ...call, operands: prog });
}

/** s6-tlsc-io, with the connection where UCSPI has it. */
export function tlscIo(call: Omit<Call, "prog">): Promise<Ended> {
  return behindTcpclient("s6-tlsc-io", { ...call, operands: ["6", "7"] });
}

function behindTcpclient(
  name: string,
  call: Omit<Call, "prog"> & { operands: string[] },
): Promise<Ended> {
  const { port, operands, options = ["-k", SERVER_NAME], input = "" } = call;
  const { environment = { CAFILE: authority.certFile } } = call;
  const ours = [program(name), ...options, ...operands];
  return run(["tcpclient", "-HRl0", "127.0.0.1", `${port}`, ...ours], { environment, input });
}
