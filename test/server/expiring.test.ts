/** Certificates that have expired, or will within 14 days, are told at the start and at each reload. */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";
import { namedEnvironment } from "../support/service.ts";

const authority = Authority.root();
const [soon, later, named] = [13, 16, 2].map((days) => authority.issue({ days })) as [
  ReturnType<Authority["issue"]>,
  ReturnType<Authority["issue"]>,
  ReturnType<Authority["issue"]>,
];

it("13 days: a warning once at the start, whatever the workers, and once more at USR2", async () => {
  const server = await startServer({ authority, credentials: soon, options: ["--workers", "2"] });
  const about = `the certificate in ${soon.certFile} (CERTFILE) expires in 12 days, on `;
  const [line] = await server.logged(about);
  expect(line).toMatch(/warning: .*T[0-9:.]+Z; put a new one there \(s6-tlsserver .* SIGUSR2\)$/);
  expect(server.saying(about)).toHaveLength(1);
  server.signal("SIGUSR2");
  await server.logged(about, 2);
});

it("16 days: nothing; a pair for a name is told by its variable", async () => {
  const server = await startServer({
    ...{ authority, credentials: later, options: ["-k", "1"] },
    environment: namedEnvironment({ "www.example.com": named }),
  });
  await server.logged(`${named.certFile} (CERTFILE:www.example.com) expires in 1 days, on `);
  expect(server.log).toHaveLength(1);
});
