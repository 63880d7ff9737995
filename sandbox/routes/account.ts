/** Route for account information. */
import type { FastifyInstance } from "fastify";
import type { World } from "../world";

/** Account information, API reference E.1; the payload sits under `user`. */
export function accountRoutes(app: FastifyInstance, { account, settings }: World): void {
  app.get("/api/account/info", () => {
    const bonusCredit = Math.min(80, account.credits);
    const balance =
      settings.edition === "2026"
        ? {
            credit: account.credits - bonusCredit,
            bonusCredit,
            credits: bonusCredit,
            loraQuota: account.loraQuota,
          }
        : { credit: account.credits - bonusCredit, credits: bonusCredit };
    return {
      status: 200,
      message: "OK",
      user: {
        id: account.userId,
        name: "Sandbox",
        email: "s***@example.org",
        phone: "",
        avatar: "https://example.org/avatar.png",
        role: "user",
        isPaid: settings.paid,
        notifications: 0,
        ...balance,
        quota: {
          syncBaseConcurrent: 1,
          syncPaidConcurrent: settings.concurrency - 1,
          asyncBaseConcurrent: 2,
          asyncHPConcurrent: 0,
          lora: account.loraQuota,
          priority: 0,
        },
      },
    };
  });
}
