import { startingEnvironmentBlock } from "../io/platform.ts";

/**
 * Puts the environment that this process was started with into process.env, as a plain object. Node's
 * own looks every variable up among all the others: with thousands of server names that takes longer
 * than to read their keys.
 */
export function makeEnvironmentPlain(): void {
  process.env = startingEnvironment();
}

function startingEnvironment(): NodeJS.ProcessEnv {
  const block = startingEnvironmentBlock();
  // Without a prototype: a variable that is not set is not looked for there.
  if (block === null) return Object.assign(Object.create(null), process.env);
  const environment: NodeJS.ProcessEnv = Object.create(null);
  // Node adds what --env-file says. Object.keys would look each of them up.
  const unseen = new Set(Reflect.ownKeys(process.env) as string[]);
  for (const variable of block.split("\0")) {
    const equals = variable.indexOf("=");
    const name = variable.slice(0, equals);
    // Of a name that is there twice, the C library finds the first.
    if (equals > 0 && unseen.delete(name)) environment[name] = variable.slice(equals + 1);
  }
  for (const name of unseen) environment[name] = process.env[name];
  for (const name of NODES_OWN) delete environment[name];
  return environment;
}

/** By these a Node that started this one talks to it; Node has used them up, and hides them. */
const NODES_OWN = ["NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE"];
