/**
 * Both sides of STARTTLS as shell scripts that speak just enough SMTP for it (RFC 3207), to be run
 * by s6-ucspitlsd and s6-ucspitlsc. A shell reads a line byte by byte, and so nothing behind it.
 */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { connect, connectRaw, type Destination, receiveUntil } from "./clients.ts";
import { everything } from "./processes.ts";

/** Standard input and output become the tunnel, and no other process has its ends. */
export const ENTER_TUNNEL =
  'exec 0<&$SSLREADFD 1>&$SSLWRITEFD; eval "exec $SSLREADFD<&- $SSLWRITEFD>&- $SSLCTLFD>&-"';

const SERVE_CLEARTEXT = `
  printf '220 mail.test\\r\\n'
  while IFS= read -r line; do
    case $line in
      EHLO*) printf '250-mail.test\\r\\n250 STARTTLS\\r\\n' ;;
      STARTTLS*) break ;;
      *) printf '500 what?\\r\\n' ;;
    esac
  done
`;

/** Until the server has agreed to go on with TLS. */
const ASK_FOR_TLS = `
  read -r greeting <&6
  printf 'EHLO client.test\\r\\n' >&7
  while read -r line <&6; do case $line in 250\\ *) break ;; esac; done
  printf 'STARTTLS\\r\\n' >&7
  read -r agreed <&6
`;

export interface Script {
  /** What is written to the control socket: `y` if it isn't given. */
  letters?: string;
  /** Commands after that, before the tunnel's ends are standard input and output. */
  between?: string;
  /** Commands in the tunnel. */
  inside: string;
}

/** prog for s6-ucspitlsd. */
export function mailServer({ letters = "y", between = "", inside }: Script): string[] {
  const agree = `printf '220 go on\\r\\n'; printf %s ${letters} >&$SSLCTLFD`;
  return script(SERVE_CLEARTEXT, agree, between, ENTER_TUNNEL, inside);
}

/** prog for s6-ucspitlsc; its standard output is `$out`, and input `$in`, in the tunnel: 9 and 8. */
export function mailClient({ letters = "y", between = "", inside }: Script): string[] {
  const keep = "exec 8<&0 9>&1";
  const start = `printf %s ${letters} >&$SSLCTLFD`;
  return script(ASK_FOR_TLS, start, between, keep, ENTER_TUNNEL, inside);
}

/** A connection on which the server has agreed to go on with TLS. */
export async function agreeOnTls(port: number): Promise<Socket> {
  const socket = await connectRaw(port);
  await receiveUntil(socket, "220 mail.test\r\n");
  socket.write("STARTTLS\r\n");
  const heard = await receiveUntil(socket, GO_ON);
  // A program that goes on in cleartext may have done so in the same segment.
  const more = heard.slice(heard.indexOf(GO_ON) + GO_ON.length);
  if (more !== "") socket.unshift(Buffer.from(more));
  return socket;
}

const GO_ON = "220 go on\r\n";

/** Node's client in TLS, behind STARTTLS. */
export async function connectByStartTls(destination: Destination): Promise<TLSSocket> {
  const socket = await agreeOnTls(destination.port);
  return connect(destination, { socket, allowHalfOpen: true });
}

/** Cleartext: sends text, half-closes, and gives everything that comes back. */
export async function exchangeRaw(port: number, text: string): Promise<string> {
  const socket = await connectRaw(port);
  const answer = everything(socket);
  socket.end(text);
  return (await answer).toString();
}

function script(...parts: string[]): string[] {
  return ["sh", "-c", parts.filter((part) => part !== "").join("\n")];
}
