import type { Changes } from "../access/judgement.ts";
import type { ProxyHeader } from "../proxy-protocol/header.ts";

/** What a PROXY header tells prog, in place of what the connection with the proxy would. */
export function proxiedVariables({ ends, serverName, tls }: ProxyHeader): Changes {
  return [
    ...(ends === null ? [] : endsVariables(ends)),
    ...said("SSL_TLS_SNI_SERVERNAME", serverName),
    ...said("SSL_PROTOCOL", tls?.protocol),
    ...said("SSL_CIPHER", tls?.cipher),
    ...said("SSL_PEER_CERT_CN", tls?.commonName),
  ];
}

function endsVariables(ends: NonNullable<ProxyHeader["ends"]>): Changes {
  if (ends.transport === "tcp") {
    return [
      ["TCPREMOTEIP", ends.remoteAddress],
      ["TCPREMOTEPORT", `${ends.remotePort}`],
      ["TCPLOCALIP", ends.localAddress],
      ["TCPLOCALPORT", `${ends.localPort}`],
    ];
  }
  return [
    ["PROTO", "IPC"],
    ["IPCREMOTEPATH", ends.remotePath],
    ["IPCLOCALPATH", ends.localPath],
    ...["IP", "PORT"].flatMap(
      (what): Changes => [
        [`TCPREMOTE${what}`, null],
        [`TCPLOCAL${what}`, null],
      ],
    ),
  ];
}

/** What the header doesn't say is left as it is. */
function said(name: string, value: string | null | undefined): Changes {
  return value == null ? [] : [[name, value]];
}
