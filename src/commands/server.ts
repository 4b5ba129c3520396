import { complain } from "../cli/diagnostics.ts";
import type { TlsSettings } from "../cli/tls-options.ts";
import { prepareServer } from "../setup/server-side.ts";

/** By whoever started us. */
interface Asked {
  readonly settings: TlsSettings;
  readonly environment: NodeJS.ProcessEnv;
}

/** A server's sandboxes for one connection. Only the process that has them says what is wrong. */
export function prepareServerAndTell(program: string, { settings, environment: env }: Asked) {
  return prepareServer({ settings, env, tell: warnings(program, settings) });
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
