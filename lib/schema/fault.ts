/** Why a value is rejected, in a form that both the runtime and the dialogs turn into a sentence. */

/** What fills the sentence of a fault. */
export type FaultParams = Readonly<Record<string, string | number>>;

/** A rejected value of an input or a setting. The words of `code` are the runtime's `errors.<code>`. */
export class InputFault extends Error {
  /**
   * @param code `INPUT_INVALID` (`wanted` is a key of the words `wanted`), `INPUT_OUT_OF_RANGE`, `INPUT_NOT_A_CHOICE`,
   * `INPUT_TEXT_TOO_LONG`, `INPUT_WRONG_LENGTH`, `INPUT_MISSING`
   * @param field the input's or setting's name
   */
  constructor(
    readonly code: string,
    readonly field: string,
    readonly params: FaultParams = {},
  ) {
    super(code);
  }
}

/** The fault that `work` throws, or undefined if it throws none. Other errors are thrown on. */
export function faultOf(work: () => unknown): InputFault | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof InputFault) return error;
    throw error;
  }
}
