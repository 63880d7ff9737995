/** What publint says about the package, with its suggestions and warnings as faults. */
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT } from "../build/paths";

/** One line for each message. */
export async function publintFaults(): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true, pack: "npm" });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}
