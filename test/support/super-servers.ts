import { eventually } from "./limits.ts";
import { type Running, start } from "./processes.ts";

/** A real super-server, and the port on which it listens. */
export interface SuperServer {
  readonly running: Running;
  readonly port: number;
}

type Environment = Record<string, string>;

/** tcpserver (ucspi-tcp), which runs a command for each connection. */
export async function startTcpserver(
  command: string[],
  environment: Environment,
  { options = [], patience }: { options?: string[]; patience?: number } = {},
): Promise<SuperServer> {
  const running = start(["tcpserver", "-1", "-HRl0", ...options, "127.0.0.1", "0", ...command], {
    environment,
    ...(patience !== undefined && { patience }),
  });
  await eventually("tcpserver's port", () => running.stdout.includes("\n"));
  return { running, port: Number(running.stdout) };
}

/** socat, with an address of its own for what it runs on each connection. */
export async function startSocat(address: string, environment: Environment): Promise<SuperServer> {
  const listen = "TCP-LISTEN:0,bind=127.0.0.1,fork";
  const running = start(["socat", "-d", "-d", listen, address], { environment });
  const port = () => Number(/listening on AF=2 127\.0\.0\.1:([0-9]+)/.exec(running.stderr)?.[1]);
  await eventually("socat's port", () => port() > 0);
  return { running, port: port() };
}
