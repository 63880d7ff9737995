/** The account's balance. */
import { ApiError } from "../errors";

/** The account's balance in credits, one a character. */
export class Account {
  readonly userId = "c0ffee00-1111-4222-8333-444455556666";
  spent = 0;

  /** `loraQuota`: professional clones left. */
  constructor(
    public credits: number,
    public loraQuota: number,
  ) {}

  /** Charges credits for a generation that will succeed, or throws 403 if there are not enough. API reference 5. */
  charge(cost: number): void {
    if (cost > this.credits) {
      throw new ApiError(403, "BILLING_INSUFFICIENT_CREDIT", "Not enough credits");
    }
    this.credits -= cost;
    this.spent += cost;
  }

  /** Returns the credits that were frozen for a failed task. API reference 5. */
  release(cost: number): void {
    this.credits += cost;
    this.spent -= cost;
  }
}

/** The price of a text: its characters without the `{{…}}` markers. API reference 5. */
export const costOf = (text: string): number => Array.from(text.replace(/\{\{.*?\}\}/gs, "")).length;
