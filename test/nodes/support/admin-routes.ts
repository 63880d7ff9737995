/** The admin routes of this package: a test makes sure that there are no others, and others test each of these. */
export const ADMIN_ROUTES = [
  "/vocu/account",
  "/vocu/audio-url",
  "/vocu/cache/clear",
  "/vocu/kept",
  "/vocu/kept/delete",
  "/vocu/kept/play",
  "/vocu/play-tone",
  "/vocu/players",
  "/vocu/preview",
  "/vocu/sample",
  "/vocu/splitters",
  "/vocu/tasks",
  "/vocu/templates",
  "/vocu/voices",
] as const;
