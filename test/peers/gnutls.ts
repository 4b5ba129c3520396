import { gnutls as ask } from "../support/clients.ts";
import { gnutlsServer } from "../support/tls-servers.ts";
import type { Stack, StackCall, StackService } from "./stack.ts";

export const gnutls: Stack = {
  name: "GnuTLS 3.7",
  cant: {},

  async ask(call) {
    const { credentials: own, protocols = [], say } = call;
    const options = [
      ...["--logfile=/dev/null", "--priority", priority(call)],
      ...(own ? ["--x509certfile", own.certFile, "--x509keyfile", own.keyFile] : []),
      ...protocols.flatMap((name) => ["--alpn", name]),
    ];
    const { code, stdout, stderr } = await ask(call, { options, input: say });
    if (code !== 0) throw new Error(stderr + stdout);
    return stdout;
  },

  serve(service) {
    const asks = ["--require-client-cert", "--x509cafile", service.authority.certFile];
    return gnutlsServer(service.credentials, [
      ...["--priority", priority(service), ...(service.asks ? asks : [])],
    ]);
  },
};

function priority({ version, suite, group }: StackCall | StackService): string {
  return [
    `NORMAL:-VERS-ALL:+VERS-TLS${version.slice(4)}`,
    ...(suite
      ? [
          "-CIPHER-ALL",
          `+${CIPHERS[suite.replace(/^(ECDHE-(RSA|ECDSA)-|TLS_)/, "").replaceAll("_", "-")]}`,
        ]
      : []),
    ...(group ? ["-GROUP-ALL", `+GROUP-${GROUPS[group]}`] : []),
  ].join(":");
}

/** By the end of OpenSSL's name. */
const CIPHERS: Record<string, string> = {
  "AES128-GCM-SHA256": "AES-128-GCM",
  "AES256-GCM-SHA384": "AES-256-GCM",
  "CHACHA20-POLY1305": "CHACHA20-POLY1305",
  "AES-128-GCM-SHA256": "AES-128-GCM",
  "AES-256-GCM-SHA384": "AES-256-GCM",
  "CHACHA20-POLY1305-SHA256": "CHACHA20-POLY1305",
};

const GROUPS = {
  "P-256": "SECP256R1",
  "P-384": "SECP384R1",
  "P-521": "SECP521R1",
  X25519: "X25519",
};
