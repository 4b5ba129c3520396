import { Socket } from "node:net";
import { engineOwner } from "../credentials/environment.ts";
import { requireOpen } from "../io/descriptors.ts";
import { EngineChild } from "./engine-child.ts";
import { OwnEngine } from "./own-engine.ts";
import type { Service } from "./prog.ts";

/** Wraps prog in TLS; the engine has a process of its own only if it is to be somebody else's. */
export function wrap(service: Service): void {
  const { network } = service;
  if (!(network instanceof Socket)) for (const fd of network) requireOpen(fd);
  const { uid, gid } = engineOwner(service.environment);
  const Wrapper = uid === null && gid === null ? OwnEngine : EngineChild;
  new Wrapper(service).start();
}
