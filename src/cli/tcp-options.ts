/** What servers and clients have in common, besides TLS. */
import type { OptionGroup } from "./options.ts";
import { asGiven, readingsOf, switchesOf } from "./rows.ts";

const flag = switchesOf<{ delay: boolean }>();

export const delay: OptionGroup<{ delay: boolean }> = [
  flag(["d", "delay"], "Let the system gather small segments (Nagle's algorithm).", [
    "delay",
    true,
  ]),
  flag(["D", "no-delay"], "Send at once. The default.", ["delay", false]),
];

export const localName: OptionGroup<{ localName: string | null }> = [
  readingsOf<{ localName: string | null }>()(
    ["l", "local-name"],
    ["localname", "TCPLOCALHOST is this, and is not looked up."],
    ["localName", asGiven],
  ),
];
