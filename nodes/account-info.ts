import { accountIn, operation } from "../lib/flow";

export = operation({
  type: "vocu-account-info",
  family: "library",
  reference: "E.1",
  operationId: "getAccountInfo",
  request: { method: "GET", path: "/api/account/info", withoutId: true },
  inputs: {},
  output: ({ body }) => accountIn(body),
  around: async ({ account }, call) => ({ reply: await call(), facts: { usage: account.budget.usage() } }),
});
