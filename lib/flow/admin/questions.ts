/** Routes for the dialogs of nodes that use no account. */
import type { NodeAPI } from "node-red";
import { adminRoute, type Posted } from "./admin-route";
import { reported } from "./ask-account";

/** A route: its path below the editor's root, and a function that returns an object or throws a Problem. */
export type Questions = Readonly<
  Record<`/vocu/${string}`, (posted: Posted, signal: AbortSignal) => object | Promise<object>>
>;

/** Registers each of them (see `adminRoute`); a failure is answered with `{ error }`. */
export function registerQuestions(RED: NodeAPI, questions: Questions): void {
  for (const [path, answer] of Object.entries(questions)) {
    adminRoute(RED, path as keyof Questions, (posted, signal) =>
      reported(async () => answer(posted, signal)),
    );
  }
}
