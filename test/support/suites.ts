/** A cipher suite: its number on the wire, and OpenSSL's name of it. */
export interface Suite {
  id: number;
  name: string;
}

export type Version = "TLSv1" | "TLSv1.1" | "TLSv1.2";

/** What the profile `modern` offers. */
export const MODERN_SUITES = suites(`
  C02B ECDHE-ECDSA-AES128-GCM-SHA256
  C02C ECDHE-ECDSA-AES256-GCM-SHA384
  C02F ECDHE-RSA-AES128-GCM-SHA256
  C030 ECDHE-RSA-AES256-GCM-SHA384
  C0AC ECDHE-ECDSA-AES128-CCM
  C0AD ECDHE-ECDSA-AES256-CCM
  C0AE ECDHE-ECDSA-AES128-CCM8
  C0AF ECDHE-ECDSA-AES256-CCM8
  CCA8 ECDHE-RSA-CHACHA20-POLY1305
  CCA9 ECDHE-ECDSA-CHACHA20-POLY1305
`);

/** What `compat` and `legacy` offer besides. */
export const OLDER_SUITES = suites(`
  000A DES-CBC3-SHA
  002F AES128-SHA
  0035 AES256-SHA
  003C AES128-SHA256
  003D AES256-SHA256
  009C AES128-GCM-SHA256
  009D AES256-GCM-SHA384
  C003 ECDH-ECDSA-DES-CBC3-SHA
  C004 ECDH-ECDSA-AES128-SHA
  C005 ECDH-ECDSA-AES256-SHA
  C008 ECDHE-ECDSA-DES-CBC3-SHA
  C009 ECDHE-ECDSA-AES128-SHA
  C00A ECDHE-ECDSA-AES256-SHA
  C00D ECDH-RSA-DES-CBC3-SHA
  C00E ECDH-RSA-AES128-SHA
  C00F ECDH-RSA-AES256-SHA
  C012 ECDHE-RSA-DES-CBC3-SHA
  C013 ECDHE-RSA-AES128-SHA
  C014 ECDHE-RSA-AES256-SHA
  C023 ECDHE-ECDSA-AES128-SHA256
  C024 ECDHE-ECDSA-AES256-SHA384
  C025 ECDH-ECDSA-AES128-SHA256
  C026 ECDH-ECDSA-AES256-SHA384
  C027 ECDHE-RSA-AES128-SHA256
  C028 ECDHE-RSA-AES256-SHA384
  C029 ECDH-RSA-AES128-SHA256
  C02A ECDH-RSA-AES256-SHA384
  C02D ECDH-ECDSA-AES128-GCM-SHA256
  C02E ECDH-ECDSA-AES256-GCM-SHA384
  C031 ECDH-RSA-AES128-GCM-SHA256
  C032 ECDH-RSA-AES256-GCM-SHA384
  C09C AES128-CCM
  C09D AES256-CCM
  C0A0 AES128-CCM8
  C0A1 AES256-CCM8
`);

/** TLS before 1.2 knows only the suites whose MAC is SHA-1. */
export function existsBefore12(suite: Suite): boolean {
  return suite.name.endsWith("-SHA");
}

/** OpenSSL 1.1.0 dropped static ECDH, and GnuTLS never had it. */
export function isStaticEcdh(suite: Suite): boolean {
  return suite.name.startsWith("ECDH-");
}

/** Builds of OpenSSL 3 come without it. */
export function isTripleDes(suite: Suite): boolean {
  return suite.name.includes("DES-CBC3");
}

function suites(table: string): Suite[] {
  return table
    .trim()
    .split("\n")
    .map((row) => {
      const [id = "", name = ""] = row.trim().split(" ");
      return { id: Number.parseInt(id, 16), name };
    });
}
