// A client's and a server's engine joined in memory, with nothing that only one runtime has. It says
// what came of it: for a browser's worker, Deno, Bun and Node.

export function bothRoles({ createSecureContext, modules, credentials, servername }) {
  const { key, cert, ca } = credentials;
  const ALPNProtocols = ["in memory"].map((name) => name.replace(" ", "-"));
  const server = createSecureContext({ modules, key, cert, ALPNProtocols }).serverEngine();
  const client = createSecureContext({ modules, ca, ALPNProtocols }).clientEngine({ servername });
  const settle = () => {
    while (move(client, server) || move(server, client));
  };
  settle();
  const text = new TextEncoder().encode("from engine to engine");
  client.buffer("sendapp").set(text);
  client.ack("sendapp", text.length);
  client.flush();
  settle();
  const received = new TextDecoder().decode(server.buffer("recvapp"));
  const { protocol, cipher, protocolName } = client.session();
  return [protocol, cipher, protocolName, received].join(" | ");
}

function move(from, to) {
  const records = from.buffer("sendrec");
  const room = to.buffer("recvrec");
  const count = Math.min(records.length, room.length);
  if (count === 0) return false;
  room.set(records.subarray(0, count));
  to.ack("recvrec", count);
  from.ack("sendrec", count);
  return true;
}
