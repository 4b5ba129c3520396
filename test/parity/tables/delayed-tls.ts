/** The companions' page: s6-ucspitlsd and s6-ucspitlsc. */
import { client, type Section } from "../statement.ts";

const text = "The other companions";

const s6Ucspitlsd: Section = {
  text,
  section: "s6-ucspitlsd",
  rows: [
    [
      "Delayed TLS on the server's side, for STARTTLS.",
      client(
        "starttls-server-reached-by-openssl",
        "openssl talks to it in TLS when the program has said y",
      ),
    ],
    [
      "prog starts at once, in cleartext on the network's descriptors; every byte is its own.",
      client(
        "starttls-server-no-tls",
        "every byte that comes before the letter is the program's, for as long as it likes",
      ),
    ],
    [
      "prog finds SSLCTLFD, SSLREADFD and SSLWRITEFD.",
      client("starttls-server-environment", "-z, the default: ours are removed"),
    ],
    [
      "y starts the tunnel.",
      client(
        "starttls-server-block",
        "with y it is nothing, and the control socket is closed all the same",
      ),
    ],
    [
      "Y does, too, and gives the block of -d notif on the control socket.",
      client("starttls-server-block", "with Y it is what -d notif gives, NULs and all"),
    ],
    [
      "If prog closes the control socket first, there is no TLS (here: we end as prog does, and not with 0).",
      client("starttls-server-no-tls", "it talks on in cleartext, and its exit code is ours"),
    ],
    [
      "Until the letter comes, no key is read.",
      client("starttls-server-bad-credentials", "a key that is not there"),
    ],
    [
      "Until the letter comes, it costs as little memory as it can.",
      client("starttls-waiting-memory", "no more than a Node that does nothing, and a few MiB"),
    ],
    [
      "TLS_UID and TLS_GID: the ids of the process that speaks TLS, from the letter on.",
      client(
        "starttls-engine-owner",
        "has no engine until the letter comes; then it is nobody before the first byte",
      ),
    ],
  ],
};

const s6Ucspitlsc: Section = {
  text,
  section: "s6-ucspitlsc",
  rows: [
    [
      "Delayed TLS on the client's side, on descriptors 6 and 7.",
      client("starttls-client-with-nginx", "%s"),
    ],
    [
      "If prog closes the control socket first, there is no TLS.",
      client(
        "starttls-client",
        "a program that closes its control socket goes on in cleartext, without a CAFILE",
      ),
    ],
    [
      "prog finds SSLCTLFD, SSLREADFD and SSLWRITEFD.",
      client(
        "starttls-client",
        "prog's environment has the descriptors' numbers, and not what is ours",
      ),
    ],
    [
      "-6 and -7: the connection is on other descriptors.",
      client(
        "starttls-client",
        "-6 and -7: the connection is on other descriptors, and prog has it there",
      ),
    ],
  ],
};

export const delayedTls: readonly Section[] = [s6Ucspitlsd, s6Ucspitlsc];
