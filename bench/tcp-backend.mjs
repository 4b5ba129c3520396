/**
 * A backend in clear, on a port of its own that it prints: sends a byte back, or, for `d` and ten
 * digits, as many bytes.
 */
import { writeSync } from "node:fs";
import { createServer } from "node:net";

const CHUNK = Buffer.alloc(65_536, 1);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    if (bytes[0] === 100 && bytes.length >= 11) send(socket, Number(bytes.subarray(1, 11)));
    else socket.write(bytes);
  });
});

function send(socket, count) {
  let left = count;
  const more = () => {
    while (left > 0) {
      const piece = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= piece.length;
      if (!socket.write(piece)) return;
    }
    socket.off("drain", more);
  };
  socket.on("drain", more);
  more();
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  writeSync(1, `${server.address().port}\n`);
});
