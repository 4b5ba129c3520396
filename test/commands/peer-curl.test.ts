/**
 * `curl` fetches https: URLs from programs that speak plain HTTP on their standard input and output.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { payload, sha256 } from "../support/payload.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Reads a request's header, of which it sets $1 to the method and $2 to the path and $length. */
const READ_REQUEST = `
  read -r method path version
  length=0
  while read -r name value && [ "$name" != "$(printf '\\r')" ]; do
    case $name in Content-Length:) length=\${value%?};; esac
  done
`;

it("curl gets a page", async () => {
  const page = `${READ_REQUEST}
    printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n%s %s by %s' \\
      "$method" "$path" "$SSL_PROTOCOL"
  `;
  const listener = await serve({ credentials, prog: ["sh", "-c", page] });
  const { code, stdout, stderr } = await curl(listener.port, "/tea?milk=1", []);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: "GET /tea?milk=1 by TLSv1.3",
    stderr: "",
  });
});

it("curl sends 2 MiB and gets them back unchanged", async () => {
  const body = scratchFile("body", payload("body", 2 << 20));
  const answer = scratchFile("answer");
  // head -c through a file, because an HTTP client may wait for the answer before it sends all.
  const echo = `${READ_REQUEST}
    head -c "$length" >"$COPY"
    printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %s\\r\\n\\r\\n' "$length"
    cat "$COPY"
  `;
  const listener = await serve({
    credentials,
    prog: ["sh", "-c", echo],
    environment: { COPY: scratchFile("copy") },
  });
  const options = ["--data-binary", `@${body}`, "--output", answer, "--header", "Expect:"];
  const { code, stderr } = await curl(listener.port, "/echo", options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(sha256(readFileSync(answer))).toBe(sha256(readFileSync(body)));
});

function curl(port: number, path: string, options: string[]) {
  return run([
    ...["curl", "--silent", "--show-error", "--cacert", authority.certFile, "--max-time", "10"],
    ...["--noproxy", "*", "--resolve", `${SERVER_NAME}:${port}:127.0.0.1`, ...options],
    `https://${SERVER_NAME}:${port}${path}`,
  ]);
}
