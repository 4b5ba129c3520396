import { constants, publicEncrypt, randomBytes } from "node:crypto";
import type { Credentials } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { RIGHT, type RobotBlock, robotBlocks } from "../support/robot-blocks.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { SUITE } from "../support/tls12-protection.ts";
import type { SubjectElsewhere } from "./measure.ts";

const MODULUS_LENGTH = 256;

/**
 * Bleichenbacher's attack as it would be made: by a client, on a server that runs, with a clock. The
 * Finished is wrong in both classes, so that only the padding tells them apart.
 */
export function bleichenbacherOverTcp(port: number, { key }: Credentials): SubjectElsewhere {
  const encrypted = ({ block }: RobotBlock) =>
    publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
  const blocks = robotBlocks(MODULUS_LENGTH);
  const right = blocks.filter(({ what }) => what === RIGHT).map(encrypted);
  const wrong = blocks.filter(({ what }) => what !== RIGHT).map(encrypted);
  return {
    what: "s6-tlsserver, static RSA, over TCP",
    classes: ["right padding", "wrong paddings"],
    async time(ofClass, which) {
      const pool = ofClass === 0 ? right : wrong;
      const client = await Tls12Client.connect(port, SUITE["AES128-SHA"]);
      await client.upToServerFlight();
      const message = pool[which % pool.length] as Buffer;
      const begin = performance.now();
      client.exchangeKeysByRsa(randomBytes(48), message);
      client.changeCipherSpec();
      client.finish();
      await lastWords(client);
      return performance.now() - begin;
    },
  };
}
