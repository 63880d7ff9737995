/** Routes for the dialogs of nodes that use no account. */
import type { NodeAPI } from "node-red";
import { adminRoute, type Posted } from "./admin-route";
import { reported } from "./ask-account";

/** What a dialog may ask: the path below the editor's root, and what answers with an object or throws a Problem. */
export type Questions = Readonly<
  Record<`/vocu/${string}`, (posted: Posted, signal: AbortSignal) => object | Promise<object>>
>;

/** Registers each question as a route (see `adminRoute`); one that fails is answered with `{ error }`. */
export function registerQuestions(RED: NodeAPI, questions: Questions): void {
  for (const [path, answer] of Object.entries(questions)) {
    adminRoute(RED, path as keyof Questions, (posted, signal) =>
      reported(async () => answer(posted, signal)),
    );
  }
}
