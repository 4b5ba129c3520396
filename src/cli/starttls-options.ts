import { type OptionGroup, text, UsageError } from "./options.ts";
import { switchesOf } from "./rows.ts";

export interface StarttlsSettings {
  /** What is said in clear before TLS; null: nothing. */
  starttls: "postgresql" | "smtp" | null;
  /** Cancellations in clear are for the backend, although each client must have a certificate. */
  allowClearCancel: boolean;
}

type Group = OptionGroup<StarttlsSettings>;

const flag = switchesOf<StarttlsSettings>();

export const clearCancel: Group = [
  flag(
    ["", "allow-clear-cancel"],
    "With --starttls postgresql, where each client must have a certificate: pass on cancellations in clear, such as psql's at Ctrl-C, all the same.",
    ["allowClearCancel", true],
  ),
];

export function starttls(about: string): Group {
  return [
    {
      long: "starttls",
      value: "protocol",
      about,
      apply: (settings, value) => {
        if (value !== "postgresql" && value !== "smtp") {
          throw new UsageError(`unknown protocol ${value}; there are postgresql and smtp`);
        }
        settings.starttls = value;
      },
      spell: ({ starttls }) => text(starttls),
    },
  ];
}
