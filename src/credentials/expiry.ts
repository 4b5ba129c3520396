import { certificateParts, elements, PART, TAG } from "./der.ts";

const DAY = 24 * 3600 * 1000;

/** From how many days before its end on a certificate is told about. */
const SOON = 14;

/**
 * What there is to say about the end of a certificate of ours, which peers hold us to.
 *
 * @param der the certificate
 * @param now milliseconds since 1970
 * @returns what follows the certificate's name in a sentence; null if it has not ended, nor will soon
 */
export function expiryOf(der: Uint8Array, now: number): string | null {
  const end = endOf(der);
  if (end === null || end - now >= SOON * DAY) return null;
  const day = new Date(end).toISOString();
  if (end < now) return `expired on ${day}`;
  return `expires in ${Math.floor((end - now) / DAY)} days, on ${day}`;
}

/** Milliseconds since 1970; null: it can't be told, which is no reason not to serve. */
export function endOf(der: Uint8Array): number | null {
  const [, notAfter] = elements(certificateParts(der)[PART.validity]?.content);
  // No date is longer. A TextDecoder would take longer than all the rest.
  const text = String.fromCharCode(...(notAfter?.content.subarray(0, DATE_MAX) ?? []));
  const digits = /^(\d{2,4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (digits === null) return null;
  const [year = 0, month = 0, ...others] = digits.slice(1).map(Number);
  const [day = 0, hour = 0, minute = 0, second = 0] = others;
  return Date.UTC(
    notAfter?.tag === TAG.utcTime ? century(year) : year,
    month - 1,
    day,
    hour,
    minute,
    second,
  );
}

/** Characters; `YYYYMMDDHHMMSSZ` has 15. */
const DATE_MAX = 16;

/** RFC 5280, 4.1.2.5.1. */
function century(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year;
}
