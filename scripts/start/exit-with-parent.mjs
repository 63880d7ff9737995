/** Loaded into a child process: ends it when its parent process has ended, for whatever reason. */
process.on("disconnect", () => process.exit());
