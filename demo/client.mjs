// Says hello as a browser of today does: Node 24 and later offer X25519MLKEM768.
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

const [port, ca] = process.argv.slice(2);
const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: readFileSync(ca) });
socket.setTimeout(20_000, () => socket.destroy(new Error("the server doesn't answer")));
socket.on("data", (data) => process.stdout.write(data));
socket.write("hello from a TLS client\n");
