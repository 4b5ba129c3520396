import { opensslArguments } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { opensslServer } from "../support/tls-servers.ts";
import type { Stack, StackCall, StackService } from "./stack.ts";

export const openssl: Stack = {
  name: "OpenSSL 3.0",
  cant: {
    "half-close as a client":
      "s_client ends with its input, or reads on (-ign_eof) and never says that it has no more",
  },

  async ask(call) {
    const { credentials: own } = call;
    const { code, stdout, stderr } = await run(
      [
        ...[...opensslArguments(call), "-ign_eof", ...wishes(call)],
        ...(own ? ["-cert", own.certFile, "-key", own.keyFile] : []),
        ...(call.protocols ? ["-alpn", call.protocols.join(",")] : []),
      ],
      { input: call.say },
    );
    if (code !== 0) throw new Error(stderr);
    return stdout;
  },

  serve(service) {
    const { authority, asks } = service;
    const asking = ["-Verify", "3", "-verify_return_error", "-CAfile", authority.certFile];
    return opensslServer(service.credentials, [
      ...["-www", ...wishes(service), ...(asks ? asking : [])],
    ]);
  },
};

function wishes({ version, suite, group }: StackCall | StackService): string[] {
  return [
    version === "TLSv1.2" ? "-tls1_2" : "-tls1_3",
    ...(suite ? [suite.startsWith("TLS_") ? "-ciphersuites" : "-cipher", suite] : []),
    ...(group ? ["-groups", group] : []),
  ];
}
