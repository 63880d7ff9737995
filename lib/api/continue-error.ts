/** Why a speech that was begun elsewhere cannot be continued. */
import type { AudioPlan } from "./audio-plan";
import { VocuError } from "./errors";
import type { Reopened } from "./reopen";

/**
 * The error of a speech that no address continues. `CONTINUE_MISMATCH`: an address has another audio, or one that does
 * not reach the place. `CONTINUE_GONE`: no address has it any more; or, `retryable`, none could be asked.
 * @param found what each address had when it was asked last
 */
export function notContinued(
  { operation, begun }: AudioPlan,
  found: readonly Reopened["found"][],
): VocuError {
  const retryable = found.includes("later");
  const isOther = found.includes("different") || found.includes("short");
  const code = isOther && !retryable ? "CONTINUE_MISMATCH" : "CONTINUE_GONE";
  return new VocuError(code, { operation, bytes: begun?.bytes, retryable });
}
