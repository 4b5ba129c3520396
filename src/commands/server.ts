import { complain } from "../cli/diagnostics.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import type { TlsEnvironment } from "../setup/environment.ts";
import { prepareServer } from "../setup/server-side.ts";

/** What the command line and the environment ask for. */
interface Asked {
  readonly settings: TlsSettings;
  readonly tls: TlsEnvironment;
}

/** A server's sandboxes for one connection. Only the process that has them says what is wrong. */
export function prepareServerAndTell(program: string, { settings, tls }: Asked) {
  return prepareServer({ settings, environment: tls, tell: warnings(program, settings) });
}

/** To standard error, unless it is to stay empty. */
export function warnings(
  program: string,
  { verbosity }: Pick<TlsSettings, "verbosity">,
): (text: string) => void {
  return (text) => {
    if (verbosity > 0) complain(program, "warning", text);
  };
}
